"""Random schemas, data and policies, built for real and compared with a naive closure."""
