"""The main job, end to end: dbt build on the demo, its gates, its release and its dump."""
