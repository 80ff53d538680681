"""Build the package; everything but the long description stands in setup.cfg."""

import re
from pathlib import Path

from setuptools import setup

DOCUMENTATION = "https://flask-cors.readthedocs.io/en/stable"

text = Path(__file__).with_name("README.md").read_text("utf-8")
# The package index shows the README alone: its links lead to the published pages.
text = re.sub(r"\(docs/_static/([\w.-]+)\)", rf"({DOCUMENTATION}/_static/\1)", text)
text = re.sub(r"\(docs/([\w-]+)\.rst\)", rf"({DOCUMENTATION}/\1.html)", text)
text = re.sub(r"\(benchmarks/results/([\w.-]+)\)", rf"({DOCUMENTATION}/_images/\1)", text)
text = text.replace("(CHANGES.rst)", f"({DOCUMENTATION}/changes.html)")
# The rest is in the source distribution.
text = re.sub(r"\[([^\]]+)\]\((?!http)[\w.-]+\)", r"\1", text)

setup(long_description=text)
