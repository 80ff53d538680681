"""Tools for people: explanations, findings, reports, probes, and the commands that print them.

Nothing of this is imported to serve a request.
"""
