"""A browser: pages on origins, and everything that they send to servers.

The public methods; :mod:`.main_fetch` runs the requests that they build.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn, TextIO

from . import cors
from .bodies import Blob, Body, ExtractedBody, FormData, extract
from .cache import CacheMode, HTTPCache
from .content import so_far
from .cookies import CookieJar
from .dangling_markup import dangles
from .elements import CrossOrigin, Element, judge_load, load_request
from .event_source import EventStream, follow, holds, judge_stream, read_stream, stream_request
from .fetch_params import FetchParams
from .filtered_response import filtered_response, shown_document
from .local_network import AddressSpaceOf, address_space_of_name
from .main_fetch import fetch
from .navigation import Enctype, FormMethod, navigation_request, with_form
from .page import (
    HeadersInit,
    Mode,
    TargetAddressSpace,
    page_headers,
    page_method,
    with_defaults,
)
from .preflight_cache import preflight_cache
from .profile import Profile
from .referrer import ReferrerPolicy
from .request import FetchRequest, Page, Redirect
from .response import Response
from .sites import (
    RegistrableDomain,
    checked_origin,
    includes_credentials,
    last_two_labels,
    origin_of,
    resolved,
    with_credentials,
)
from .traits import STANDARD, Traits
from .transport import ClientLike, Transport, WSGIApplication, WSGITransport
from .webidl import check_words, refuse_unknown
from .websockets import WebSocket, handshake_request, judge_handshake
from .xhr import XMLHttpRequest


class Browser:
    """A page of *origin* whose scripts, elements and user send requests to an application.

    *target* is a WSGI application or a Flask or Werkzeug test client (pytest-flask's
    ``client``); in its place *transport* may be given, a function that takes a
    :class:`Request` and returns a :class:`Reply`, to speak to a real server. *origin* is a
    serialized origin, or ``"null"`` for a sandboxed frame. Relative URLs are resolved
    against *base_url*. *traits* is the browser to model; *registrable_domain* returns the
    registrable domain of a host name, ``None`` where the host is a public suffix itself;
    *clock* returns seconds since the epoch, for cookies and caches. *path* and
    *referrer_policy* are those of the page, for ``Referer``. *address_space* returns
    ``"public"``, ``"local"`` or ``"loopback"`` for a host name, ``None`` where that is not
    known, for Local Network Access; the default knows addresses and ``localhost``.

    ``cookies`` is the browser's cookie jar, ``cache`` its HTTP cache, ``permissions`` the names
    of the permissions that its user has granted, and ``exchanges`` lists all requests that
    reached the server, preflights included.

    Left out: HTTP authentication dialogues, Content Security Policy, embedder policies,
    service workers, HSTS, and the messages of a WebSocket.
    """

    def __init__(
        self,
        target: WSGIApplication | ClientLike | None = None,
        *,
        origin: str,
        base_url: str = "http://localhost",
        transport: Transport | None = None,
        traits: Traits = STANDARD,
        registrable_domain: RegistrableDomain = last_two_labels,
        clock: Callable[[], float] = time.time,
        path: str = "/",
        referrer_policy: ReferrerPolicy = "",
        address_space: AddressSpaceOf = address_space_of_name,
    ) -> None:
        if isinstance(target, str):
            raise TypeError(f"for a running server write base_url={target!r} and a transport=")
        if target is not None and transport is None:
            transport = WSGITransport(target)
        elif target is not None or transport is None:
            raise TypeError("Browser takes an application or a test client, or transport=")
        cookies = CookieJar(clock, registrable_domain, traits)
        self._profile = Profile(
            transport=transport,
            registrable_domain=registrable_domain,
            address_space=address_space,
            clock=clock,
            cookies=cookies,
            preflights=preflight_cache(traits, clock),
            cache=HTTPCache(traits, clock),
        )
        self.base_url = base_url
        self.traits = traits
        self.cookies = cookies
        self.cache = self._profile.cache
        self.permissions = self._profile.permissions
        self.exchanges = self._profile.timeline.exchanges
        self.origin = checked_origin(origin)
        self._page = _page(self.origin, None, path, referrer_policy)

    def at(
        self,
        origin: str,
        *,
        framed_by: str | None = None,
        path: str = "/",
        referrer_policy: ReferrerPolicy = "",
    ) -> Browser:
        """Return a page of another origin in the same browser.

        *framed_by* is the origin of the page at the top of the tab where the page is in a
        frame; *path* and *referrer_policy* are those of the page. Cookies, caches,
        ``permissions`` and ``exchanges`` are shared.
        """
        page = copy.copy(self)
        page.origin = checked_origin(origin)
        top_level = None if framed_by is None else checked_origin(framed_by)
        page._page = _page(page.origin, top_level, path, referrer_policy)
        return page

    def trace(self, file: TextIO | None = None) -> None:
        """Print what happened so far, in order, to *file* or standard output."""
        print(self.timeline(), file=file or sys.stdout)

    def timeline(self) -> str:
        """Return what happened so far: pages, requests, replies, caches, reasons.

        What was before ``exchanges`` was cleared is left out.
        """
        return str(self._profile.timeline)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit = (),
        json: Any = None,
        data: Body = None,
        credentials: cors.Credentials = "same-origin",
        mode: Mode = "cors",
        redirect: Redirect = "follow",
        upload_listener: bool = False,
        referrer: str = "about:client",
        referrer_policy: ReferrerPolicy = "",
        integrity: str = "",
        cache: CacheMode = "default",
        keepalive: bool = False,
        target_address_space: TargetAddressSpace = "",
        **unknown: NoReturn,
    ) -> Response:
        """Do what ``fetch(url, {...})`` does in a page, and return what the page can read.

        *json* is serialized, with ``Content-Type: application/json`` unless the headers say
        otherwise; *data* is the body: text, bytes, a form as a mapping, a :class:`FormData`, a
        :class:`Blob`, or a stream as an iterable of bytes. *upload_listener* is an
        ``XMLHttpRequest`` that listens to the upload's progress, which always takes a
        preflight; :meth:`xhr` has the rest of it. *referrer* is a URL of the page's origin,
        ``""`` for none. *target_address_space* is the network that a page names which asks for a
        server in the user's own. Headers that a page cannot set are dropped, as browsers do.

        Raise :class:`CORSBlocked` where the CORS protocol keeps the response from the page,
        :class:`NetworkError` where something else in the standard does, and
        :class:`TypeError` for a request that no page can make.
        """
        refuse_unknown("fetch", unknown)
        check_words(
            credentials=(credentials, cors.Credentials),
            mode=(mode, Mode),
            redirect=(redirect, Redirect),
            referrer_policy=(referrer_policy, ReferrerPolicy),
            cache=(cache, CacheMode),
            target_address_space=(target_address_space, TargetAddressSpace),
        )
        if cache == "only-if-cached" and mode != "same-origin":
            raise TypeError("cache='only-if-cached' takes mode='same-origin'")
        body = extract(json, data)
        if body.is_stream and keepalive:
            raise TypeError("a stream cannot be sent with keepalive=True")
        method = page_method(method, mode, body)
        asked = self._request(url)
        if includes_credentials(asked.url):
            raise TypeError(f"a page cannot fetch a URL that includes credentials: {asked.urls[0]}")
        request = replace(
            asked,
            method=method,
            headers=page_headers(headers, body.types, mode, self.traits),
            body=body.content,
            is_stream=body.is_stream,
            mode=mode,
            credentials=credentials,
            redirect=redirect,
            initiator="XMLHttpRequest" if upload_listener else "fetch",
            forces_preflight=body.is_stream or self._listens(body, upload_listener),
            referrer=self._referrer(referrer),
            referrer_policy=referrer_policy,
            integrity=integrity,
            cache=cache,
            keepalive=keepalive,
            target_address_space=target_address_space,
        )
        return self._read(request)

    def create_object_url(self, blob: Blob) -> str:
        """Return a ``blob:`` URL for *blob* (``URL.createObjectURL``), for pages of this origin."""
        return self._profile.blob_urls.add(self._page, blob)

    def revoke_object_url(self, url: str) -> None:
        """Have *url* lead nowhere from now on (``URL.revokeObjectURL``)."""
        self._profile.blob_urls.remove(self._page, url)

    def xhr(
        self, method: str, url: str, username: str | None = None, password: str | None = None
    ) -> XMLHttpRequest:
        """Return an ``XMLHttpRequest`` that has been opened with *method* and *url*.

        *username* and *password*, or those of *url*, answer a 401 of the page's own origin that
        asks for them. Raise :class:`TypeError` for a request that no page can make.
        """
        opened = self._request(url)
        opened.urls = [with_credentials(opened.urls[0], username, password)]

        def send(
            method: str,
            headers: list[tuple[str, str]],
            body: ExtractedBody,
            with_credentials: bool,
            listens: bool,
        ) -> Response:
            request = replace(
                opened,
                method=method,
                headers=with_defaults(headers, body.types, "cors", self.traits),
                body=body.content,
                credentials="include" if with_credentials else "same-origin",
                initiator="XMLHttpRequest",
                forces_preflight=self._listens(body, listens),
            )
            return self._read(request)

        return XMLHttpRequest(method, send, self.traits, self._profile.clock)

    def send_beacon(self, url: str, data: Body = None) -> None:
        """Do what ``navigator.sendBeacon`` does; what is answered no page can see.

        Raise :class:`NetworkError` where it is not sent, or not followed.
        """
        body = extract(None, data)
        if body.is_stream:
            raise TypeError("a beacon sends no stream: give it bytes or a Blob")
        listed = any(cors.is_safelisted("Content-Type", kind) for kind in body.types)
        mode: Mode = "no-cors" if listed or not body.types else "cors"
        asked = self._request(url)
        if not asked.url.startswith(("http:", "https:")):
            raise TypeError(f"a beacon goes over HTTP alone: {asked.urls[0]}")
        request = replace(
            asked,
            method="POST",
            headers=page_headers((), body.types, mode, self.traits),
            body=body.content,
            mode=mode,
            credentials="include",
            initiator="beacon",
            keepalive=True,
        )
        self._read(request)

    def load(
        self,
        element: Element,
        url: str,
        *,
        crossorigin: CrossOrigin | None = None,
        integrity: str = "",
        referrer_policy: ReferrerPolicy = "",
    ) -> Response:
        """Load what an element asks for: ``"img"``, ``"script"``, ``"stylesheet"``, ``"font"``.

        ``"worker"`` and ``"sharedworker"`` are the scripts of workers, ``"json"`` is a module of
        that type.

        *crossorigin*, *integrity* and *referrer_policy* are the attributes; ``crossorigin=""`` is
        ``anonymous``, and without it most elements show what they load although no script can
        read it (``type`` is ``opaque``). Raise what :meth:`fetch` raises, and
        :class:`NetworkError` where the element fires ``error`` because of the status or the MIME
        type of the response; images, fonts and media are not decoded.
        """
        check_words(element=(element, Element), referrer_policy=(referrer_policy, ReferrerPolicy))
        if crossorigin is not None:
            check_words(crossorigin=(crossorigin, CrossOrigin))
        request = replace(
            load_request(self._request(url), element, url, crossorigin),
            integrity=integrity,
            referrer_policy=referrer_policy,
        )
        params = FetchParams(self._profile, request)
        reply = fetch(params)
        response = filtered_response(params, reply)
        is_http = request.url.startswith("http")
        params.check(judge_load(element, reply, self.traits, is_http=is_http))
        return response

    def event_source(
        self,
        url: str,
        *,
        with_credentials: bool = False,
        last_event_id: str = "",
        max_events: int | None = None,
        reconnections: int = 0,
    ) -> EventStream:
        """Open an ``EventSource`` and return the events that it gets.

        *last_event_id* is that of an earlier connection. An application is read to the end of
        the stream, or until *max_events* have come where it has none. *reconnections* is how
        often the page stays to connect anew when a stream ends.
        """

        def connect(last_event_id: str, most: int | None) -> EventStream:
            request = stream_request(
                self._request(url), last_event_id, with_credentials=with_credentials
            )
            enough = holds(most or 0)
            params = FetchParams(
                self._profile, request, (lambda came: enough(so_far(came))) if most else None
            )
            reply = fetch(params)
            params.check(judge_stream(reply))
            return read_stream(so_far(reply), last_event_id)

        return follow(connect, last_event_id, max_events, reconnections)

    def open_websocket(self, url: str, protocols: Sequence[str] = ()) -> WebSocket:
        """Open a WebSocket: send its handshake, with cookies and ``Origin``, and judge the reply.

        *url* may be relative. Raise :class:`NetworkError` where the server refuses. There is no
        CORS for WebSockets: only the server can look at ``Origin``. An application behind WSGI
        cannot answer with 101 without a socket, but it can refuse.
        """
        request = handshake_request(self._request(url), protocols)
        params = FetchParams(self._profile, request)
        reply = fetch(params)
        params.check(judge_handshake(reply, protocols, self.traits.websocket_extensions))
        return WebSocket(
            request.urls[0].replace("http", "ws", 1),
            reply.get("Sec-WebSocket-Protocol") or "",
            reply.get("Sec-WebSocket-Extensions") or "",
        )

    def navigate(
        self,
        url: str,
        *,
        frame: bool = False,
        typed: bool = False,
        user_activated: bool = True,
        referrer_policy: ReferrerPolicy = "",
    ) -> Response:
        """Follow a link to *url*, and return the document that the tab shows.

        With *frame* a frame of the page is navigated; *typed* is for an address that the
        user typed, or a bookmark, which no page asked for; *user_activated* says whether the
        user clicked; *referrer_policy* is the attribute of the link or the frame,
        ``"no-referrer"`` also stands for ``rel=noreferrer``. What is returned is what the user
        sees: the page of this browser cannot read it.
        """
        request = replace(
            self._navigation(url, frame, referrer_policy),
            user_activated=user_activated or typed,
            is_typed=typed,
        )
        if typed:
            request.referrer = None
        return self._show(request)

    def submit_form(
        self,
        url: str,
        data: FormData | Mapping[str, str | Blob] | None = None,
        *,
        method: FormMethod = "POST",
        enctype: Enctype = "application/x-www-form-urlencoded",
        frame: bool = False,
        user_activated: bool = True,
        referrer_policy: ReferrerPolicy = "",
    ) -> Response:
        """Submit a form of the page to *url*, and return the document that the tab shows.

        Any page can do so, to any server and with its cookies: CORS does not apply to forms.
        With *frame* the form's target is a frame; ``user_activated=False`` stands for a script
        that submits it, and ``referrer_policy="no-referrer"`` for the form's ``rel=noreferrer``.
        """
        check_words(method=(method, FormMethod), enctype=(enctype, Enctype))
        form = data if isinstance(data, FormData) else FormData(data)
        request = replace(
            with_form(self._navigation(url, frame, referrer_policy), form, method, enctype),
            user_activated=user_activated,
        )
        return self._show(request)

    def _navigation(self, url: str, frame: bool, referrer_policy: ReferrerPolicy) -> FetchRequest:
        check_words(referrer_policy=(referrer_policy, ReferrerPolicy))
        request = self._request(url)
        return navigation_request(request, url, frame=frame, referrer_policy=referrer_policy)

    def _show(self, request: FetchRequest) -> Response:
        params = FetchParams(self._profile, request)
        return shown_document(params, fetch(params))

    def _read(self, request: FetchRequest) -> Response:
        params = FetchParams(self._profile, request)
        return filtered_response(params, fetch(params))

    def _request(self, url: str) -> FetchRequest:
        """Return a request of the page for *url*, with what all of them have in common."""
        return FetchRequest(
            page=self._page,
            traits=self.traits,
            registrable_domain=self._profile.registrable_domain,
            urls=[self._resolve(url)],
            referrer=self._referrer("about:client"),
            dangles=dangles(url),
        )

    def _referrer(self, referrer: str) -> str | None:
        """Return the URL that a page names as its referrer (``#dom-request``)."""
        if not referrer:
            return None
        own = None if self.origin == "null" else self._page.url
        if referrer == "about:client":
            return own
        absolute = self._resolve(referrer, own or self.base_url)
        return absolute if origin_of(absolute) == self.origin else own

    def _listens(self, body: ExtractedBody, listener: bool) -> bool:
        return listener and (body.content is not None or self.traits.preflights_empty_uploads)

    def _resolve(self, url: str, base: str | None = None) -> str:
        try:
            return resolved(base or self.base_url, url, self.traits)
        except ValueError as error:
            raise TypeError(f"not a URL: {url!r}") from error


def _page(origin: str, top_level: str | None, path: str, referrer_policy: ReferrerPolicy) -> Page:
    check_words(referrer_policy=(referrer_policy, ReferrerPolicy))
    url = "about:srcdoc" if origin == "null" else resolved(origin, path)
    return Page(origin, url, top_level or origin, referrer_policy)
