"""Domains under which anybody can get a name, as far as they are known without a list.

The public suffix list has more, and comes with the extra ``[cli]``; these are the ones that
hints and warnings need, and some that their owners did not enter there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# One more label is somebody's own.
_SHARED: Final = frozenset(
    {
        "altervista.org", "amplifyapp.com", "app.github.dev", "appspot.com", "atlassian.net",
        "azure-api.net", "azureedge.net", "azurefd.net", "azurestaticapps.net",
        "azurewebsites.net", "b-cdn.net", "base44.app", "blogspot.com", "bolt.host",
        "bubbleapps.io", "carrd.co", "cloudapp.net", "cloudfront.net", "cloudfunctions.net",
        "code.run", "codesandbox.io", "csb.app", "ddns.net", "deno.dev", "deno.net",
        "duckdns.org", "dyndns.org", "edgeone.app", "fastly.net", "firebaseapp.com", "fly.dev",
        "framer.app", "framer.website", "github.io", "githubpreview.dev", "gitbook.io",
        "gitlab.io", "glitch.me", "herokuapp.com", "hf.space", "hopto.org", "koyeb.app",
        "lhr.life", "loca.lt", "localtunnel.me", "lovable.app", "lovableproject.com",
        "myqnapcloud.com", "myshopify.com", "neocities.org", "netlify.app", "ngrok-free.app",
        "ngrok-free.dev", "ngrok.app", "ngrok.dev", "ngrok.io", "no-ip.org", "northflank.app",
        "notion.site", "now.sh", "ondigitalocean.app", "onrender.com", "pages.dev",
        "pinggy.link", "pythonanywhere.com", "r2.dev", "railway.app", "readthedocs.io",
        "repl.co", "replit.app", "replit.dev", "serveo.net", "sharepoint.com", "sourceforge.io",
        "squarespace.com", "stackblitz.io", "streamlit.app", "supabase.co", "surge.sh",
        "synology.me", "trafficmanager.net", "translate.goog", "trycloudflare.com",
        "tunnelmole.net", "up.railway.app", "vercel.app", "vercel.dev", "web.app", "webflow.io",
        "weebly.com", "wixsite.com", "wixstudio.io", "wordpress.com", "workers.dev",
        "zeabur.app", "zendesk.com",
    }
)  # fmt: skip
# Every name below these is a customer's.
_TUNNELS: Final = frozenset({"devtunnels.ms", "gitpod.io", "nip.io", "sslip.io"})
# Here regions, services or customers have labels of their own: no shorter name is somebody's.
_SHARED_DEEP: Final = _TUNNELS | frozenset(
    {
        "akamaized.net", "aliyuncs.com", "amazonaws.com", "azure.com", "azurecontainerapps.io",
        "backblazeb2.com", "cloudshell.dev", "digitaloceanspaces.com",
        "elasticbeanstalk.com", "eu.pythonanywhere.com", "force.com",
        "googleapis.com", "googleusercontent.com", "myqcloud.com", "run.app",
        "salesforce.com", "ts.net", "usercontent.goog", "webcontainer.io",
        "windows.net",
    }
)  # fmt: skip
_COUNTRY: Final = re.compile(
    r"(?:ac|co|com|edu|gov|gob|net|ne|or|org)\.[a-z]{2}|(?:(?:k12|cc|lib)\.)?[a-z]{2}\.us"
)
_LONGEST: Final = 3
#: As rules of the public suffix list are written, which has most of them.
SHARED_SUFFIXES: Final = tuple(sorted(_SHARED | _TUNNELS))


def owned(labels: Sequence[str]) -> str:
    """Return the part of a host that is somebody's own: the registrable domain.

    Empty where all of it is a suffix under which anybody can get a name.
    """
    for depth in range(_LONGEST, 1, -1):
        suffix = ".".join(labels[-depth:])
        if suffix in _SHARED_DEEP:
            return ".".join(labels) if len(labels) > depth else ""
        if suffix in _SHARED or _COUNTRY.fullmatch(suffix):
            return ".".join(labels[-depth - 1 :]) if len(labels) > depth else ""
    return ".".join(labels[-2:]) if len(labels) > 1 else ""


def is_listed(domain: str) -> bool:
    """Return whether *domain* is one of the suffixes here, or below one that regions share."""
    return domain in SHARED_SUFFIXES or any(domain.endswith(f".{each}") for each in _TUNNELS)


def is_shared(domain: str) -> bool:
    """Return whether others can have hosts below *domain*, as far as that is known."""
    labels = domain.split(".")
    return not owned(labels) or any(
        ".".join(labels[-n:]) in _SHARED_DEEP for n in range(2, _LONGEST + 1)
    )
