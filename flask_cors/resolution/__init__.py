"""Resolution: which policy applies to an endpoint, a method and a path.

Reads views and URL rules as plain objects; does not import Flask and never sees a request.
"""
