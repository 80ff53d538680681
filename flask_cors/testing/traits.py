"""Which browser is modelled: what the standard leaves open, and known deviations.

Holds settings; decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Traits:
    """Where browsers may differ; the defaults are the standard's.

    ``max_age_cap`` is the longest time, in seconds, that a preflight is remembered, ``None``
    for no cap. ``third_party_cookies`` says whether requests of another site's page carry
    and set cookies at all, partitioned cookies apart; ``SameSite`` applies in any case.
    ``user_agent``, ``accept_language`` and ``accept_encoding`` are the values of the headers of
    these names, ``None`` to send none; ``websocket_extensions`` is what a handshake asks for;
    ``client_hints`` are the headers that go unasked to servers over HTTPS and on this machine.

    The others are deviations. Request headers: ``combines_headers``, several of one name
    are one before they are judged; ``safelists_hints``, client hints such as
    ``DPR`` need no preflight, and most end where a redirect leaves the page's origin;
    ``sets_user_agent``, a page may set ``User-Agent``; ``hides_origin_from_http``, a
    ``no-cors`` POST from an HTTPS page to plain HTTP on this machine says ``Origin: null``;
    ``compares_referrer_schemes``, a referrer policy takes any way from HTTPS to plain HTTP for
    a downgrade, and no other, instead of asking whether the URLs are potentially trustworthy.

    Preflights: ``star_covers_authorization``, ``*`` in Access-Control-Allow-Headers counts
    for ``Authorization`` too; ``preflights_empty_uploads``, an upload listener forces a
    preflight even where there is no body; ``assumes_method``, a preflight that an upload
    listener forces needs no Access-Control-Allow-Methods; ``signed_max_age``,
    Access-Control-Max-Age is read as an integer with a sign, so that ``-1`` means 0, not the
    default of 5 seconds; ``caches_whole_preflights``, the last preflight of a URL answers as
    a whole, not each method and header name by itself; ``caches_for_null``, preflights of
    the origin ``null`` are remembered beyond one ``fetch``; ``caches_for_conditional``,
    what is remembered answers for requests with headers such as ``If-None-Match``, too;
    ``caches_by_fragment``, URLs that differ in their fragment have preflights of their own.

    Redirects: ``needs_location``, a redirect status whose Location is missing or empty is
    no redirect, even where the page forbids any; ``checks_location_first``, one that is no
    URL fails even where the page follows none; ``merges_equal_locations``, several equal
    lines are one; ``follows_credentials``, a redirect that CORS does not judge may lead
    ``fetch`` to a URL with a user name; ``same_site_minds_redirects``, a way through another
    site makes a request to the page's own site a cross-site one; ``rejudges_credentials``,
    whether the mode ``same-origin`` includes cookies is asked anew at each redirect of a
    ``no-cors`` request; ``keeps_origin``, such a request sends its origin after a redirect
    to another.

    Beyond CORS: ``elements_send_origin``, an element that asks by CORS, but for audio and video,
    sends ``Origin`` to its own origin too; ``websockets_send_metadata``, a handshake has the
    ``Sec-Fetch-*`` headers; ``origin_follows_referrer_policy``, a POST of ``fetch`` that is not
    CORS's has ``Origin: null`` where its referrer policy hides the page;
    ``digests_empty_bodies``, the response to HEAD and other responses without a body have the
    digest of nothing, instead of matching no ``integrity``; ``validates_conditional``, a request
    with ``If-None-Match`` or its like has ``Cache-Control: max-age=0`` instead of ``no-cache``, and
    its response takes the place of one that is cached;
    ``preflights_send_cache_headers``, the headers of a ``cache`` mode are on the preflight too;
    ``opened_ports``, ports that the standard blocks and the browser does not;
    ``guards_local_network``, a page needs a permission for servers in a more private network than
    its own (Local Network Access); ``sends_storage_access``, a third party's request with
    credentials has ``Sec-Fetch-Storage-Access``; ``embeds_credentials``, an element, a frame, a
    beacon or an ``EventSource`` may have a URL with a user name, not only elements that ask by
    CORS, audio and video; ``blocks_dangling_markup``, a URL that is written with a line end or a
    tab and with ``<`` is not asked; ``encodes_vertical_bars``, ``|`` in the path of a URL is
    percent-encoded.

    The HTTP cache: ``caches_one_variant``, it holds the last response of a URL, none where that
    may not be stored or is one to HEAD, and validates it by its ``ETag`` where ``Vary`` does
    not match, instead of one response for each variant; ``stores_all_statuses``, responses of
    statuses that RFC 9110 gives no heuristics are stored without explicit freshness, too;
    ``caches_moved_responses``, a response of status 300, 301, 308 or 410 without explicit
    freshness stays fresh; ``narrow_heuristics``, of others only those of status 200 and 203
    without ``must-revalidate`` do, for a tenth of the time since ``Last-Modified``, instead of
    all statuses of RFC 9110; ``strict_cache_control``, what is unusual in a response is as if
    it were not there: ``no-cache="x"``, ``max-age="9"``, and a ``max-age`` or ``Expires`` that
    cannot be read, instead of making the response stale; ``minds_pragma``, ``Pragma: no-cache``
    in a response counts even with ``Cache-Control``; ``validates_statuses``, those of responses
    that are ever validated, all if ``None``; ``obeys_request_directives``, all directives of
    ``Cache-Control`` in a request count, instead of ``no-cache``, which makes any mode
    ``reload``, and ``max-age=0`` alone; ``invalidates_by``, the methods whose success
    invalidates the cached response of a URL, all unsafe ones if ``None``;
    ``invalidates_locations``, those of the URLs in ``Location`` and ``Content-Location`` are
    invalidated, too; ``ignores_search``, ``No-Vary-Search`` says which parts of a query make no
    difference.

    Cookies: ``moves_changed_cookies``, a cookie that gets another value counts as new, and is sent
    after those that were there; ``lax_allows_posts_for``, for so many seconds a cookie without
    ``SameSite`` goes with another site's form post; ``refuses_odd_cookies``, a cookie with a tab in
    its name or value is not stored, nor one without a name whose value holds ``=``, nor one with
    ``Domain=.``;
    ``chromium_cookie_lifetimes``, the last ``Max-Age`` and ``Expires`` of a line count even where
    they cannot be read, instead of an earlier one, ``Max-Age`` may begin with ``+``, a part of
    ``Expires`` with letters after its digits, such as ``1st``, counts for nothing, and years before
    1601 are of the past.

    Responses: ``blocks_opaque_responses``, elements get no documents, data and archives of other
    origins that do not use CORS (Opaque Response Blocking); ``fail_from_400``, the elements that
    fail from status 400 on and take every other, instead of those of the standard, which fail
    for every status but 200 to 299; module scripts do so in any case;
    ``checks_stylesheet_types``, a style sheet of another type fails, instead of being loaded and
    not applied; ``checks_worker_types``, the script of a worker is JavaScript by its type;
    ``loads_wasm_modules``, a module script may be ``application/wasm``; ``rejects_malformed``, a
    status of more than three digits and a line end within a header's value are errors.
    """

    max_age_cap: int | None = None
    third_party_cookies: bool = True
    combines_headers: bool = False
    safelists_hints: bool = False
    sets_user_agent: bool = True
    hides_origin_from_http: bool = True
    star_covers_authorization: bool = False
    preflights_empty_uploads: bool = True
    assumes_method: bool = True
    signed_max_age: bool = False
    caches_whole_preflights: bool = False
    caches_for_null: bool = True
    caches_for_conditional: bool = True
    caches_by_fragment: bool = False
    needs_location: bool = False
    checks_location_first: bool = False
    merges_equal_locations: bool = False
    follows_credentials: bool = True
    same_site_minds_redirects: bool = True
    rejudges_credentials: bool = True
    keeps_origin: bool = True
    user_agent: str | None = "Mozilla/5.0 (X11; Linux x86_64) flask_cors.testing"
    accept_language: str | None = "en-US,en;q=0.9"
    # Browsers take br and zstd over HTTPS too, which the standard library cannot decode.
    accept_encoding: str | None = "gzip, deflate"
    websocket_extensions: str | None = "permessage-deflate"
    client_hints: tuple[tuple[str, str], ...] = ()
    compares_referrer_schemes: bool = False
    elements_send_origin: bool = False
    websockets_send_metadata: bool = True
    origin_follows_referrer_policy: bool = True
    digests_empty_bodies: bool = False
    validates_conditional: bool = False
    preflights_send_cache_headers: bool = False
    caches_one_variant: bool = False
    stores_all_statuses: bool = False
    caches_moved_responses: bool = False
    invalidates_by: frozenset[str] | None = None
    invalidates_locations: bool = True
    obeys_request_directives: bool = True
    strict_cache_control: bool = False
    minds_pragma: bool = False
    narrow_heuristics: bool = False
    validates_statuses: frozenset[int] | None = None
    strict_parts: bool = False
    ignores_search: bool = False
    opened_ports: frozenset[int] = frozenset()
    moves_changed_cookies: bool = False
    lax_allows_posts_for: float = 0
    guards_local_network: bool = False
    sends_storage_access: bool = False
    refuses_odd_cookies: bool = False
    chromium_cookie_lifetimes: bool = False
    blocks_opaque_responses: bool = False
    fail_from_400: frozenset[str] | None = None
    checks_stylesheet_types: bool = True
    checks_worker_types: bool = True
    loads_wasm_modules: bool = True
    rejects_malformed: bool = True
    embeds_credentials: bool = True
    blocks_dangling_markup: bool = False
    encodes_vertical_bars: bool = False


STANDARD = Traits()
CHROMIUM = Traits(
    max_age_cap=7200,
    combines_headers=True,
    safelists_hints=True,
    sets_user_agent=False,
    hides_origin_from_http=False,
    star_covers_authorization=True,
    preflights_empty_uploads=False,
    assumes_method=False,
    signed_max_age=True,
    caches_whole_preflights=True,
    caches_for_null=False,
    caches_for_conditional=False,
    caches_by_fragment=True,
    needs_location=True,
    checks_location_first=True,
    merges_equal_locations=True,
    follows_credentials=False,
    same_site_minds_redirects=False,
    rejudges_credentials=False,
    keeps_origin=False,
    user_agent="Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36",
    websocket_extensions="permessage-deflate; client_max_window_bits",
    client_hints=(
        ("Sec-CH-UA", '"Chromium";v="140", "Not=A?Brand";v="24"'),
        ("Sec-CH-UA-Mobile", "?0"),
        ("Sec-CH-UA-Platform", '"Linux"'),
    ),
    compares_referrer_schemes=True,
    elements_send_origin=True,
    websockets_send_metadata=False,
    origin_follows_referrer_policy=False,
    digests_empty_bodies=True,
    validates_conditional=True,
    preflights_send_cache_headers=True,
    caches_one_variant=True,
    stores_all_statuses=True,
    caches_moved_responses=True,
    invalidates_by=frozenset({"DELETE", "PATCH", "POST"}),
    invalidates_locations=False,
    obeys_request_directives=False,
    strict_cache_control=True,
    minds_pragma=True,
    narrow_heuristics=True,
    validates_statuses=frozenset({200, 206}),
    strict_parts=True,
    ignores_search=True,
    opened_ports=frozenset({4190, 6679}),
    moves_changed_cookies=True,
    lax_allows_posts_for=120,
    guards_local_network=True,
    sends_storage_access=True,
    refuses_odd_cookies=True,
    chromium_cookie_lifetimes=True,
    blocks_opaque_responses=True,
    fail_from_400=frozenset({"audio", "font", "object", "script", "stylesheet", "video"}),
    checks_stylesheet_types=False,
    checks_worker_types=False,
    loads_wasm_modules=False,
    rejects_malformed=False,
    embeds_credentials=False,
    blocks_dangling_markup=True,
    encodes_vertical_bars=True,
)
FIREFOX = Traits(
    max_age_cap=86400,
    user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    accept_language="en-US,en;q=0.5",
)
