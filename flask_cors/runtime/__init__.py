"""The run time: what happens to a request of a Flask app, in the order of the modules hooks,
endpoint, decisions and headers.

Registered options and policies are not made here.
"""
