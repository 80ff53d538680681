"""Options: one row each, how each value is parsed, and how a set of them is read.

Does not know which of two options wins, nor what a request is.
"""
