"""Patterns: from a string to a matcher for origins or paths.

Knows an option's name for messages only, nothing of policies or Flask; never sees a request.
"""
