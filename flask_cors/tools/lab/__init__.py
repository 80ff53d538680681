"""The lab: an app, and pages of other origins that send it requests in a real browser.

``serving`` starts it, ``page`` serves the pages and answers their scripts, ``log`` records
what reaches the app, ``cookie_log`` says what became of its cookies, and ``model`` asks for
origins that no page on this machine can have. A tool for development, on loopback alone.
"""
