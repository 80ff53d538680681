"""Patterns: from a string to a matcher for origins or paths.

Knows nothing of options, policies or Flask, and never sees a request.
"""
