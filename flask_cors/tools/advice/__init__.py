"""Advice: changes of the configuration that let a page through, tried before they are shown.

`advise` asks for plans (`plans`, `plans_off`, `resources`), each a list of `edits` for what the
page `needs`; `drafts` makes them on a copy of the configuration, and `trials` asks the copy.
"""
