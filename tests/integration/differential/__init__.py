"""The differential test's parts: what is asked, who answers, and which difference is meant.

``cases`` writes configurations and requests, ``worker`` builds and asks one application under
either interpreter, ``readings``, ``resources`` and ``facts`` say how each side reads a case,
``rows`` holds one predicate for each row of the compatibility table, ``compare`` brings them
together and ``shrink`` makes what it finds small.
"""
