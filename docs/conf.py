"""Build the documentation; needs no network."""

from __future__ import annotations

import posixpath
from importlib.metadata import version as installed
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.logging import getLogger

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = getLogger(__name__)

project = "Flask-CORS"
author = "Flask-CORS contributors"
copyright = "2026 Flask-CORS contributors"
release = installed("Flask-CORS")
version = ".".join(release.split(".")[:2])

extensions = ["sphinx.ext.autodoc"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
# References to what is not there are warnings. Types of signatures that have no entry here are
# those of Python and Flask, and names that only type checkers see.
nitpicky = True
nitpick_ignore_regex = [
    ("py:class", r"collections\.abc\..*|(flask\.app\.)?Flask|Blueprint|WSGIApplication"),
    ("py:class", r"(flask_cors\.decorators\.)?V|AppOptions|MarkOptions|OriginPattern"),
    ("py:class", r"flask_cors\.(tools\.text\.Line|policy\.policy\.Policy|patterns\..*)"),
    ("py:class", r"ClientLike|RegistrableDomain|ReferrerPolicy|AddressSpaceOf|Send|Failure|Pairs"),
    ("py:class", r"flask_cors\.testing\.content\.Content"),
]
exclude_patterns = ["_build"]
smartquotes = False

# Light and dark as the reader's system is, and no sideways scrolling on a telephone.
html_theme = "furo"
html_title = f"Flask-CORS {version}"
html_static_path = ["_static"]
html_css_files = ["plots.css"]
html_show_sourcelink = False


def link_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Point links to ``page.rst`` at the built page, and see that what links name is there.

    The pages link each other by file, so that code hosts, which render them without Sphinx, keep
    the links.
    """
    for link in doctree.findall(nodes.reference):
        page, mark, part = link.get("refuri", "").partition("#")
        if page.endswith(".rst"):
            here = PurePosixPath(app.env.docname)
            target = posixpath.normpath(here.parent / page.removesuffix(".rst"))
            if target not in app.env.found_docs:
                logger.warning("there is no page %s", page, location=link)
            uri = app.builder.get_relative_uri(app.env.docname, target)
            link["refuri"] = f"{uri}{mark}{part}"
        elif not page and part and part not in doctree.ids:
            logger.warning("there is no place %s", part, location=link)


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", link_pages)
