"""`make bench-subset`: what the subset costs, beside SQL by hand, a whole copy, and other tools.

Every contestant gets the same database and the same sampled customers on one private server, in
turns, and is measured in CPU seconds: its own processes, and the server's on its behalf. What it
kept is compared row by row with a closure that knows none of them.
"""
