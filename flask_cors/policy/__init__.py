"""Policies: the effective options of a request, and what the protocol decides by them.

No input, no output, no Flask. Does not know where a policy comes from.
"""
