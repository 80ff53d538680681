"""A demo: an API, and a page on other origins that asks it and shows what the browser did.

Start it with ``python -m examples.lab``. The API's policies are in ``api.py``.
"""
