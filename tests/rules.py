"""The rules of the contract by their ids, and the index of the tests that hold them.

A test names the rules it holds in a marker: ``@pytest.mark.rule("6.vary")``. An id is the
number of a section of the contract and a short name; ``compat.N`` is a row of the
differences from flask-cors 6.0.5. ``python -m tests.rules`` writes ``tests/RULES.md`` from
the markers, and fails while a rule has no test.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parents[1]
INDEX: Final = CHECKOUT / "tests" / "RULES.md"
INTRODUCTION: Final = """\
# The rules of the contract, and the tests that hold them

Written by `python -m tests.rules` from `tests/rules.py` and the markers of the tests.
"""

SECTIONS: Final = {
    "1": "Public surface",
    "2": "Options",
    "3": "Levels",
    "4": "Which endpoint",
    "5": "The three kinds of request",
    "6": "Headers",
    "7": "Origins",
    "8": "Fail closed, not down",
    "9": "Seeing what happens",
    "10": "Architecture",
    "11": "Speed",
    "compat": "Differences from flask-cors 6.0.5, and what is kept",
}

RULES: Final[dict[str, str]] = {
    "1.exports": (
        "`CORS`, `cross_origin`, `cors_exempt`, `ConfigError` and `CorsWarning` are imported "
        "from `flask_cors`, and `Browser` from `flask_cors.testing`."
    ),
    "1.extension": '`app.extensions["cors"]` has `explain()`, `check()` and `reload()`.',
    "1.commands": (
        "The commands are `flask cors routes`, `explain`, `check`, `report`, `probe` and `lab`."
    ),
    "1.cors": (
        "`CORS(app_or_blueprint=None, **options)` and `.init_app(app_or_blueprint, **options)`."
    ),
    "1.many-apps": "One `CORS` object may serve many apps and blueprints; it never stores an app.",
    "1.cross-origin": (
        "`cross_origin(**options)` works bare, with options, and with `origins` as the only "
        "positional argument."
    ),
    "1.async": "`cross_origin` marks an `async def`.",
    "1.method": "`cross_origin` marks a method of a class-based view.",
    "1.bound-method": "`cross_origin` marks a bound method.",
    "1.view-class": "`cross_origin` marks a `View` or `MethodView` class itself.",
    "1.callable-origin": (
        "A lone positional callable or class is the view, so a callable origin is given as "
        "`origins=`."
    ),
    "1.new-function": (
        "On a function, `cross_origin` and `cors_exempt` return a new function that carries "
        "the mark."
    ),
    "1.one-url": '`cross_origin("*")(f)` at one URL says nothing about `f` at another.',
    "1.called-function": (
        "Calling a marked function while a request is served returns a `Response`, so that "
        "decorators above it and callers can use one."
    ),
    "1.called-decides": (
        "Where the marked function is not the view that the walk found, its own mark decides "
        "that response and a preflight that reaches it, on top of blueprint, app, config and "
        "defaults."
    ),
    "1.called-headers": (
        "The headers of a called function are on what is sent; the `Response` object need not "
        "hold them."
    ),
    "1.called-outside": "Outside a request a marked function is simply called.",
    "1.called-memory": "Nothing is kept per call of a marked function.",
    "1.wraps": "Decorators above `cross_origin` that use `functools.wraps` keep the mark.",
    "1.above-route": (
        "Above `@app.route` a mark has no effect; compiling warns when a view is registered "
        "unmarked while its marked version is registered nowhere."
    ),
    "1.decorators-list": (
        "In a view class's `decorators` or `method_decorators` a `cross_origin`, bare or "
        "called, or a `cors_exempt` is one mark on the class whose body holds the list."
    ),
    "1.decorators-mapping": "In a mapping by method it is a mark on that method.",
    "1.same-mark": (
        "What Flask then puts on the view function is the same mark, not a more specific one."
    ),
    "1.exempt": (
        "`cors_exempt`, used bare, takes a view, a method or a view class out of CORS; the "
        "library then neither adds nor changes a header there."
    ),
    "1.exempt-ends": "The walk of marks ends at `cors_exempt`.",
    "1.old-paths": (
        "Public besides: `flask_cors.signals.cors_denied`, `__version__` and the old import paths."
    ),
    "1.init-app": "`CORS(app)` calls `self.init_app(app)`, so that subclasses can override it.",
    "1.state": (
        'The state of an app is found whatever somebody stores under `app.extensions["cors"]`.'
    ),
    "1.types": "Type hints are complete (`py.typed`; options as a `TypedDict` with `Unpack`).",
    "2.names": (
        "An option is named alike everywhere: keyword, key of a resource's dictionary, app "
        "config key."
    ),
    "2.none": '`None` means "not set here".',
    "2.origins-none": "But for `origins`: an explicit `None` is an error.",
    "2.origins": (
        '`origins`: `"*"`, origin, wildcard origin, regex, compiled regex, callable, or an '
        "iterable of these."
    ),
    "2.methods": '`methods`: method(s), upper-cased when read; `"*"` is whatever is asked for.',
    "2.allow-headers": '`allow_headers`: name(s), regex(es), `"*"`.',
    "2.expose-headers": "`expose_headers`: name(s).",
    "2.flags": (
        "Flags are bools: `supports_credentials`, `send_wildcard`, `always_send`, "
        "`vary_header`, `automatic_options`, `allow_private_network`, `intercept_exceptions`."
    ),
    "2.enforce": "`enforce` is a bool, off by default.",
    "2.max-age": "`max_age`: `timedelta`, whole number of seconds, digits.",
    "2.resources": "`resources`: dict, list, string, compiled regex.",
    "2.defaults": "The defaults are those of the table.",
    "2.places": (
        "`automatic_options` is for marks, with config as their fallback; "
        "`intercept_exceptions` for an app; `resources` for an app or a blueprint."
    ),
    "2.no-effect": "An option given where it has no effect is dropped with a `CorsWarning`.",
    "2.resources-place": "`resources` in a mark or in a resource is an error.",
    "2.headers": (
        "`headers` and `CORS_HEADERS` are accepted with a `DeprecationWarning` and add to "
        '`allow_headers`; under the default `"*"` they change nothing.'
    ),
    "2.lists": "Lists may be written as one string separated by commas or white space.",
    "2.split-origins": (
        "Origins are split only before `scheme://`, `*` and `null`, since a regex may hold a comma."
    ),
    "2.lists-read": "Lists are read when policies are compiled.",
    "2.iterables": "What can be iterated but once is read when it is given.",
    "2.config-bools": "In `app.config`, booleans may be the strings true/false/1/0/yes/no/on/off.",
    "2.bools": "Anywhere else a bool is a bool, or 0 or 1.",
    "2.config-spelling": (
        "A keyword spelled as its config key is taken for the option, with a warning."
    ),
    "3.nearest": "Each option is resolved by itself: the first level that sets it wins.",
    "3.credentials": (
        "`supports_credentials=True` of a mark, a blueprint or a `CORS` object does not apply "
        "beyond a more specific level that sets `origins`; that level sets it again."
    ),
    "3.credentials-alone": (
        "Each mark, class and blueprint counts alone; a `CORS` object's keywords and its "
        "resources count as one."
    ),
    "3.credentials-pass": (
        "`False` always applies, and so does `CORS_SUPPORTS_CREDENTIALS`, which is set for the "
        "whole app."
    ),
    "3.source": "Every effective option knows the level it came from: level, place, file and line.",
    "3.handler": (
        "First level: the mark on the handler method of a class-based view, else on "
        "`dispatch_request`."
    ),
    "3.view": (
        "Second level: the mark on the view function, or on the view class, then its bases in "
        "MRO order."
    ),
    "3.blueprint": (
        "Third level: the blueprint, then its parents outwards (nested, renamed and "
        "repeatedly registered blueprints included)."
    ),
    "3.app": (
        "Fourth level: the matching resource's dictionary, then the keyword arguments of that "
        "`CORS` object (`init_app` over constructor)."
    ),
    "3.config": (
        "Fifth level: `CORS_*` in `app.config`, also under a `CORS(blueprint)` or a decorator."
    ),
    "3.defaults": "Sixth level: the defaults.",
    "3.covered": "CORS is on for an endpoint when one of levels 1 to 4 covers it.",
    "3.resource-covers": (
        "Level 4 (and a blueprint with `resources`) covers it only where a resource matches "
        "the path; where none matches, that `CORS` object says nothing, keywords included."
    ),
    "3.config-resources": "`CORS_RESOURCES` is the default of `resources` for `CORS(app)` only.",
    "3.final": "One request, one policy. A denial is final: no outer level gets another try.",
    "3.exempt-or-mark": "The nearest of `cross_origin` and `cors_exempt` wins.",
    "3.stacked": (
        "Two marks stacked on one object: the inner one decides, with a `CorsWarning`; "
        "`cors_exempt` and `cross_origin` on one object: exempt, with a warning."
    ),
    "3.one-list": (
        "Several `CORS` objects on one app: their resources form one list, no `resources` "
        "being the pattern `*`."
    ),
    "3.later-first": (
        "For the same pattern, and on a tie in the order, the later object comes first."
    ),
    "3.late-setup": (
        "`CORS(app)` after the first request raises, as Flask's own set-up does; before, it "
        "discards what was compiled."
    ),
    "3.config-time": (
        "`app.config` and lists are read when policies are compiled: what is set between "
        "`CORS(app)` and the first request counts, later changes count from `reload()` on."
    ),
    "3.special": (
        "Special characters of a resource are `\\ ^ $ ? + [ ] ( ) { } |`, and `.` only before "
        "`*`, `+`, `?` or `{`."
    ),
    "3.globs": (
        '`"*"` alone, and a pattern whose only special thing is `*`, are globs over the whole '
        "path, and `*` spans slashes: `/api/*` is `/api`, `/api/` and all below, never "
        "`/api-internal`."
    ),
    "3.exact": "A string without special characters and without `*` is that exact path.",
    "3.both-spellings": (
        "Where the URL rule serves the path with and without its last slash, an exact path is "
        "both spellings."
    ),
    "3.regex": "Anything else is a regular expression matched from the start of the path.",
    "3.order": (
        "Order: exact paths; then by the length of the literal text before the first special "
        "character or `*`, longest first, compiled or not; then the declared order."
    ),
    "3.literal-text": (
        "A leading `^` and escaped characters do not end the literal text; a character with a "
        "quantifier is not part of it; a `|` outside groups, or a flag that changes what "
        "letters mean, makes it empty."
    ),
    "3.path": (
        "What is matched is `request.path`, the path Flask routes on: decoded once, case-sensitive."
    ),
    "3.dot-segments": "A path with a `.` or `..` segment gets no CORS headers at any level.",
    "4.actual": "Actual request: the endpoint Flask matched.",
    "4.preflight": (
        "Preflight: the endpoint that would serve the method in ACRM, so two endpoints on one "
        "URL, or two methods of a `MethodView`, answer with their own policies."
    ),
    "4.redirect": "Redirect (trailing slash): the endpoint and path redirected to.",
    "4.405": (
        "405: the endpoint that serves the path with the first of GET, POST, PUT, PATCH, "
        "DELETE, then in alphabetical order, never what a set yields; marks on methods do not "
        "count then."
    ),
    "4.head": "`HEAD` without a method of its own uses `get`'s mark.",
    "4.404": (
        "404: the walk starts at the blueprint with a `CORS` object whose URL prefix, other "
        "than the root, is the longest match by segments (the first registered on a tie), and "
        "goes outwards; without one, at the app."
    ),
    "4.404-host": (
        "404: the host or subdomain of the blueprint matches too, converters included as the "
        "URL map would match them."
    ),
    "4.404-unclear": (
        "Where it is not certain which of two areas a URL lies in, a tie included, no "
        "credentials are granted."
    ),
    "4.readable": (
        "Errors are readable by the page, and a preflight never turns a 404, 405 or redirect "
        'into a "CORS error".'
    ),
    "4.late-rule": (
        "A rule that is added to the URL map while the app runs is covered by its own path's "
        "resources from its first request on."
    ),
    "5.preflight": (
        "Preflight: `OPTIONS` with a non-empty `Origin` and ACRM, on a covered endpoint."
    ),
    "5.first": (
        "A preflight is answered first thing in Flask's dispatch: after routing and inside "
        "every WSGI middleware, before any URL preprocessor, `before_request` function or "
        "view, in whatever order extensions were set up."
    ),
    "5.host": "A host that Flask refuses keeps its 400.",
    "5.hooks-run": "`after_request` and teardown functions still run on a preflight.",
    "5.hooks-fail": (
        "An `after_request` or teardown function that raises on a preflight is logged once, "
        "with its file and line and what to write, and the preflight is answered all the "
        "same."
    ),
    "5.status": "A preflight's answer is 200 with an empty body.",
    "5.options-response": (
        "Where the app overrides `make_default_options_response`, what it makes is the answer "
        "to a preflight."
    ),
    "5.overrides": (
        "Overriding the documented methods of the app object, passing all arguments through "
        "(Flask 3.2 adds one), is one way to install the library."
    ),
    "5.own-dispatch": (
        "A preflight that reaches `process_response` without `preprocess_request` gets a "
        "preflight's headers there."
    ),
    "5.own-options": (
        "Where Flask matched a view's own `OPTIONS`, and neither that view nor the endpoint "
        "of ACRM is marked, the view answers, status and body."
    ),
    "5.own-options-headers": (
        "The preflight headers of ACRM's endpoint are added to that answer unless it wrote ACAO."
    ),
    "5.automatic-options": (
        "`automatic_options=False` on a mark: the request goes on to Flask, and headers are "
        "added only where the view itself serves `OPTIONS`."
    ),
    "5.any-options": (
        "With `automatic_options=False` headers are added to any `OPTIONS`, with `Origin` or "
        "ACRM or without."
    ),
    "5.plain-options": (
        "Any other `OPTIONS` to a marked view with `automatic_options` is answered by Flask's "
        "automatic answer: the view does not run."
    ),
    "5.actual": (
        "Actual and non-CORS requests: headers are set after the view, on every response: "
        "2xx, redirects, `abort`, 404, 405, 413, error handlers, unhandled 500, async views, "
        "streams, `send_file`, static files."
    ),
    "5.reused": "A response object that is reused has the headers of each request.",
    "5.one-place": "Headers are put on in one place, after the last `after_request` function.",
    "5.refused": (
        "With `enforce`, a cross-origin request that the policy does not allow ends before "
        "any hook or view with 403, by a Werkzeug `Forbidden` that the app's error handlers "
        "can render."
    ),
    "5.same-origin": (
        "Same origin, and never refused: `Sec-Fetch-Site` is `same-origin` or `none`; without "
        "that header, no `Origin`, or an `Origin` equal to the request's own scheme, host and "
        "port."
    ),
    "5.cross-origin": (
        "Everything else is cross-origin, any other value of `Sec-Fetch-Site` included."
    ),
    "5.refused-methods": (
        "Refused: methods other than GET, HEAD and OPTIONS, where the origin (`null` and a "
        "missing one included) or the method is not allowed."
    ),
    "5.refused-reads": (
        "Refused: GET and HEAD with an `Origin` that is not allowed, WebSocket handshakes "
        "included; a `GET` without `Origin` passes."
    ),
    "5.enforce-wildcard": 'With `enforce`, `"*"` allows every origin, a missing one too.',
    "5.enforce-rest": (
        "With `enforce`, preflights are answered as ever, a 404 or 405 stays one, and on a "
        "function that is only called it has no effect."
    ),
    "5.enforce-app": (
        "`CORS(app, origins=[], enforce=True)` protects a whole app, routes without CORS "
        "included; marks, blueprints, resources and `cors_exempt` open what is to be open."
    ),
    "5.refused-response": (
        "A refusal has `Cache-Control: no-store`, and is logged and signalled like other denials."
    ),
    "5.decorators-only": (
        "An app that only uses decorators gets the same treatment from its first request on, "
        "without a `CORS` object."
    ),
    "5.traceback": (
        "With `intercept_exceptions`, in debug mode an exception that leaves the app while it "
        "serves a cross-origin request from an origin that a literal or wildcard origin names "
        "becomes a plain-text 500 with the traceback and the CORS headers, and is logged."
    ),
    "5.traceback-wildcard": (
        'Under a list that holds `"*"` the page gets a plain 500 without the traceback, with '
        "the CORS headers, and the traceback is logged."
    ),
    "5.exception-leaves": (
        "With `TESTING`, for other requests, for origins that nothing names and outside debug "
        "the exception leaves as in Flask; a log line says why the browser will speak of "
        "CORS."
    ),
    "5.explanation-header": (
        "In debug mode (`TESTING` off) a response that a page may not read also has "
        "`CORS-Explanation`, one line of visible ASCII with the reason, the option and its "
        "file and line."
    ),
    "5.explanation-debug": "`CORS-Explanation` is never sent outside debug mode.",
    "6.acao": (
        "ACAO, origin allowed: the request's `Origin`, byte for byte; `*` if any origin is "
        "allowed and `send_wildcard`."
    ),
    "6.acao-without": (
        "ACAO, no `Origin`, `always_send`: `*` if any origin is allowed and no credentials; "
        "the origin if exactly one literal is configured; else none."
    ),
    "6.acac": "ACAC, with ACAO, credentials on: `true`.",
    "6.aceh": "ACEH, with ACAO, not on preflights: sorted, comma separated.",
    "6.acam": (
        "ACAM and ACMA, preflight, ACRM allowed: sorted methods (`*`: the one asked for); "
        "seconds, `0` included."
    ),
    "6.acah": (
        "ACAH, preflight, ACRM allowed, ACRH given: those asked for that are allowed, as the "
        "client wrote them, sorted."
    ),
    "6.private-network": (
        "Access-Control-Allow-Private-Network, preflight that asks for it, option on: `true`; "
        "otherwise absent."
    ),
    "6.preflight-methods": (
        "Where the methods of a URL are governed by different policies, ACAM names only "
        "methods that the URL serves and whose own policy grants them to this origin."
    ),
    "6.preflight-headers": (
        "There, ACAH names only names that every one of those methods allows; credentials "
        "count as well."
    ),
    "6.preflight-cache": (
        "Nothing that a sequence of requests of one page puts into the browser's cache lets a "
        "request through that its own preflight would not."
    ),
    "6.one-acao": "Never two ACAO values.",
    "6.own-acao": (
        "A response on which the app itself wrote ACAO (view, error handler, hook) is its own "
        "and stays as it is."
    ),
    "6.own-explained": "`explain` says so of a response on which the app wrote ACAO.",
    "6.united": (
        "ACAM and ACAH lines that the app wrote on a preflight are united with the library's "
        "into one line each."
    ),
    "6.untouched": (
        "The app's response object is never changed, so an earlier use of it leaves nothing behind."
    ),
    "6.methods-exact": (
        "Methods compare exactly and case-sensitively (Fetch normalises only DELETE, GET, "
        "HEAD, OPTIONS, POST, PUT)."
    ),
    "6.names-case": "Header names compare case-insensitively.",
    "6.acrh": (
        "ACRH is read over several lines, in linear time, with a bound on count and length "
        "(over it: no ACAH)."
    ),
    "6.tokens": "Invalid tokens are never echoed.",
    "6.memory": "What the library remembers of requests is bounded in bytes.",
    "6.vary": (
        "`Vary: Origin` on every response whose CORS headers another `Origin` would have "
        "changed: allowed, denied and without `Origin` alike."
    ),
    "6.no-vary": (
        "Left out, on preflights too, where `*` is sent and, with `always_send`, where the "
        "one literal origin is sent exactly as configured."
    ),
    "6.vary-merged": (
        "All `Vary` lines that are there are read and kept, one merged line is written."
    ),
    "6.vary-off": "`vary_header=False`: `Vary` is never touched.",
    "7.string": "An origin pattern is read from the string alone, never guessed from the request.",
    "7.any": (
        '`"*"`: any origin, well-formed or not; it is echoed if it is visible ASCII without '
        "comma or space, else `*` is sent."
    ),
    "7.echo-length": "An origin of over 512 characters is not echoed; `*` is sent.",
    "7.origin": "An origin: `scheme://host[:port]`, or `null`, compared after lower-casing.",
    "7.normalised": (
        "A trailing slash, a default port and upper case are normalised with a warning."
    ),
    "7.path": (
        "A path, query or fragment is normalised with a warning (`http://localhost:3000/*` is "
        "`http://localhost:3000`)."
    ),
    "7.hosts": "Hosts may hold `_`; browser extensions and app shells have schemes of their own.",
    "7.wildcard": (
        "A wildcard origin: `https://*.example.com` (one or more labels, not the apex), "
        "`http://localhost:*` (any port from 1 to 65535), both, or `scheme://*` for a scheme "
        "other than http and https."
    ),
    "7.leading-star": (
        "A leading label `.*` is read as `*` with a warning (`https://.*.example.com`)."
    ),
    "7.star-elsewhere": (
        "A star elsewhere is an error that shows the wildcard and a regex that is closed."
    ),
    "7.regex": (
        "A regular expression: any other string with a regex character (case ignored), or a "
        "compiled one."
    ),
    "7.whole": "The whole origin must match a regular expression.",
    "7.null": 'Only `"*"` and `"null"` match `null`.',
    "7.brackets": (
        "Brackets that hold a colon, or are a whole host, are an IPv6 address or an error, "
        "never a character class."
    ),
    "7.no-match": "A regex that can match no origin is warned about.",
    "7.callable": "A callable, plain or `async`, is asked when nothing else matched.",
    "7.callable-g": (
        "`request` and `current_app` are there for a callable; on a preflight no hook of the "
        "app has run, and `g` is empty."
    ),
    "7.callable-explained": "The log says so where a callable fails because `g` is empty.",
    "7.callable-denies": "Anything but a bool, or an exception, denies at once and is logged.",
    "7.callable-cache": "Answers of a callable are never cached by the library.",
    "7.odd-origins": (
        "A request's `Origin` of over 512 characters, or not visible ASCII, matches nothing "
        'but `"*"`.'
    ),
    "7.cost": "Cost does not grow with the number of literal or wildcard origins.",
    "7.closed": (
        "`check` answers whether a regex is closed with a witness, an origin that gets in and "
        "should not."
    ),
    "7.hints-closed": "Every regex that a hint or a finding suggests is itself closed.",
    "8.all-problems": (
        "`ConfigError` (a `ValueError`) holds all problems found in `.problems`, each with "
        "option, value, source, reason and a hint that says what to write instead."
    ),
    "8.when-given": (
        "It is raised when the option is given where one call shows the mistake, else when "
        "the policies are compiled."
    ),
    "8.unknown-option": (
        "An unknown option near one that restricts, with a value other than any, is an error "
        "with the closest known name."
    ),
    "8.positional": "An unknown positional argument is an error.",
    "8.type": "A wrong type is an error.",
    "8.false": '`"False"` as a bool is an error.',
    "8.origins-none": "`origins=None` is an error.",
    "8.origins-empty": '`origins=""` is an error.',
    "8.no-origin": (
        "An origin that no browser sends and that has no clear reading is an error: user "
        "info, white space, non-ASCII host, bad port, bad IP, `file:`."
    ),
    "8.json": "A JSON list in a string is an error whose hint shows the origins in it.",
    "8.quotes": "Quotes left around a value are an error whose hint shows the origins in it.",
    "8.top-level": (
        "A wildcard over a whole top-level domain is an error (`localhost`, `test` and "
        "`internal` are none)."
    ),
    "8.regex": "A regex that does not compile is an error.",
    "8.method-token": "A method that is not a token is an error.",
    "8.max-age": "A `max_age` that is negative or not whole seconds is an error.",
    "8.object-as-app": "Using the `CORS` object as an app fails with a hint.",
    "8.credentials-any": (
        "Any origin with credentials: the credentials are dropped with a warning, never the "
        "list opened; an error is logged when a request with `Cookie` meets it."
    ),
    "8.credentials-compiled": (
        "A compiled regex with credentials is taken at its word and is a finding; no hint "
        "leads there."
    ),
    "8.credentials-unintended": (
        "A regex given as a string that lets unintended origins in is warned about with one of "
        "them, and kept."
    ),
    "8.credentials-null": "`null` is never granted credentials, the other origins are.",
    "8.expose-any": "`*` in `expose_headers` with credentials is dropped from it.",
    "8.unknown-harmless": (
        "An unknown option that only grants or says what holds anyway, or is near nothing, is "
        "dropped with a warning; the hint names everything that is to be written."
    ),
    "8.origin-star": '`origin="*"` is dropped with a warning.',
    "8.origin-star-says": 'The text about `origin="*"` says which origins hold instead.',
    "8.no-scheme": (
        'An origin without a scheme, and `None` or `""` inside a list, are dropped with a '
        "warning, and the list stays a list."
    ),
    "8.header-tokens": "Header names that are no tokens are dropped with a warning, in any option.",
    "8.unneeded-config": "A `CORS_*` value that no route needs is not judged.",
    "8.foreign-config": (
        "Config keys of other libraries (`CORS_ALLOWED_ORIGINS`, `CORS_ORIGIN_WHITELIST`) are "
        "warned about."
    ),
    "8.names-no-page": "Names that no page can send or read are dropped with a warning.",
    "8.fetch-lists": (
        "The names dropped are those that Fetch lists and no others; a page may send "
        "`Access-Control-Allow-Origin`."
    ),
    "8.methods-no-page": "CONNECT, TRACE and TRACK are dropped with a warning.",
    "8.near-config": (
        "A `CORS_*` config key that is close to an option's is warned about, never an error."
    ),
    "8.strict": "A warning filter `error` for `CorsWarning` makes every mistake raise.",
    "8.sources": (
        "Sources are the user's file and line, in frozen, compiled and sourceless installs "
        "too, or nothing; warnings point at the line that set the option."
    ),
    "8.once": (
        "Compiling happens once, before the first request is dispatched or when a command or "
        "test asks; the whole table."
    ),
    "8.kept": (
        "If compiling fails, no view runs: every request fails with that error, kept until "
        "`reload()`."
    ),
    "8.can-happen": "Only what can happen counts.",
    "8.matched-once": (
        "A URL without converters is matched against the resources when compiling, once."
    ),
    "8.might-meet": (
        "Where a URL with converters only might meet a resource, what cannot be granted "
        "together is degraded there all the same, and logged on first use."
    ),
    "8.one-object": "Equal policies are one object.",
    "8.late-endpoint": (
        "An endpoint that appears later is compiled on first use, and its errors are "
        "its own: no reference is held to `app.url_map` or `app.view_functions`."
    ),
    "8.reload": (
        "`reload()` reads `app.config` again and swaps the compiled table atomically while "
        "requests are served."
    ),
    "8.reload-error": "On an error in `reload()` the old table stays.",
    "9.logger": "Logger `flask_cors`: no handlers, no levels set by the library.",
    "9.child-loggers": (
        "`flask_cors.core` and `flask_cors.extension` are children of the logger and can be "
        "silenced."
    ),
    "9.denial": "A denial is one line with its reason (`INFO`; `WARNING` in debug mode).",
    "9.uncovered": (
        "In debug mode a cross-origin request that nothing covers is logged too, with the "
        "command that explains it."
    ),
    "9.repr": "Client text stands in the log only as `repr`.",
    "9.same-origin": "Same-origin requests that carry `Origin` are not denials.",
    "9.signal": "`cors_denied(app, decision=…)` is a blinker signal.",
    "9.signal-free": "The signal is free when nobody listens.",
    "9.sender": "A sender of Flask's signals that is no Flask app is left alone.",
    "9.explain": (
        "`explain(method, path, origin, …)` answers with the same engine the requests use."
    ),
    "9.explain-endpoint": "`explain` names the endpoint.",
    "9.explain-options": "`explain` shows the effective options, each with its source.",
    "9.explain-steps": "`explain` shows every step of the protocol with its Fetch clause.",
    "9.explain-verdict": "`explain` shows the headers and the verdict.",
    "9.explain-change": "`explain` shows the change that would turn the verdict.",
    "9.proposed": (
        "A change that `explain` or `check` proposes was compiled and asked before it is "
        "shown: it solves the problem, breaks no other route and opens nothing but what was "
        "asked for."
    ),
    "9.own-code": (
        "Where a hook or view is seen to write or remove ACAO, `explain` names it and says "
        "that it decides."
    ),
    "9.lab": (
        "`flask cors lab` serves the user's own app beside pages of other origins and shows "
        "what the browser did and what the server decided."
    ),
    "10.folders": "A folder imports only from those above it; Flask is imported from `runtime` on.",
    "10.no-circle": "Inside a folder, too, no module imports itself by a detour.",
    "10.browser-model": "The browser model imports `fetch` alone.",
    "10.late-headers": (
        "Headers are written where the response starts (`get_wsgi_headers`), on a copy of the "
        "response's headers."
    ),
    "10.cache": "There is one cache of decisions, with one kind of key.",
    "10.codes": (
        "What a step of the protocol says is data (a code and values) first and a sentence "
        "second; nothing reads sentences."
    ),
    "11.instructions": "A request costs no more instructions than the table of section 11.",
    "11.enforce": (
        "`enforce` off costs nothing; on, at most 3,000 instructions on a same-origin or "
        "allowed request."
    ),
    "11.import": "`import flask_cors` loads no dependency beyond Flask.",
    "compat.1": (
        "any origin + credentials: the credentials are dropped, with a warning, a finding, "
        "and an error in the log when a cookie meets it."
    ),
    "compat.2": "A regex origin must match the whole origin.",
    "compat.3": "`https://*.a.com` is a wildcard origin.",
    "compat.4": "`/api/*` is a glob and does not cover `/api-internal`.",
    "compat.5": "Resources are ordered by their literal prefix.",
    "compat.6": "The path is decoded once; one with a dot segment gets no CORS headers.",
    "compat.7": (
        "An unknown option is a `ConfigError` with the closest name where a restriction may "
        "be lost."
    ),
    "compat.8": "The first positional argument of `cross_origin` is `origins`, more is an error.",
    "compat.9": "Each option of a decorated view is resolved along the levels.",
    "compat.10": "`CORS_*` config is the fallback of `CORS(blueprint)`.",
    "compat.11": "One policy for a request, and a denial is final.",
    "compat.12": "Methods compare exactly.",
    "compat.13": "`Vary` is complete, in one merged header.",
    "compat.14": (
        "Several literal origins and no `Origin` header: no origin is sent, and `Vary` is."
    ),
    "compat.15": "`Access-Control-Allow-Private-Network` is on preflights, `true` or absent.",
    "compat.16": "`max_age=0` is sent.",
    "compat.17": (
        "Preflights are answered before `before_request` functions and views; there is no "
        "`Allow` header on them."
    ),
    "compat.18": "A preflight uses the endpoint that will serve the request.",
    "compat.19": (
        "Async views, bound methods and classes work under the decorator, and no function is "
        "changed in place."
    ),
    "compat.20": (
        "Errors raised in a decorated view, 404, 405 and redirects of a blueprint, and "
        "preflights of 404s have headers."
    ),
    "compat.21": '`"False"` is false in config, an error elsewhere.',
    "compat.22": "A callable origin works.",
    "compat.23": "Logging is left alone.",
    "compat.24": (
        "Origins that never match, methods that are no tokens and a wrong `max_age` are a "
        "`ConfigError` where there is no clear reading."
    ),
    "compat.25": (
        "A trailing slash, default port or upper case in an origin, `TRACE` and forbidden "
        "header names are normalised or dropped with a warning."
    ),
    "compat.26": "`origins=None` is a `ConfigError`.",
    "compat.27": (
        "Debug tracebacks are readable by named origins; handled errors always carry the headers."
    ),
    "compat.28": "`headers` adds to `allow_headers`, deprecated.",
    "compat.29": "Access-Control-Expose-Headers is not on preflights.",
    "compat.30": 'Only `"*"` and `"null"` match `null`.',
    "compat.31": 'The string `".*"` is a regex.',
    "compat.32": "An option in a place where it does nothing is a warning.",
    "compat.33": (
        "Headers are written when the response starts; a hook that looks for ACAO sees none, "
        "and code that does is a finding of `check`."
    ),
    "compat.34": (
        "`app.config` and lists are read when policies are compiled, before the first "
        "request; later by `reload()`."
    ),
    "compat.35": "Two marks stacked: the inner decides, with a warning.",
    "compat.36": "ACAM and ACAH name only what each method of the URL grants itself.",
    "compat.37": '`methods="*"`, several origins in one string and IPv6 literals work.',
    "compat.38": (
        "An `Origin` of over 512 characters or not visible ASCII matches no regex; compiled "
        "`allow_headers` ignore case."
    ),
    "compat.kept-echo": "Kept: `CORS(app)` allows any origin without credentials and echoes it.",
    "compat.kept-always-send": "Kept: `always_send`.",
    "compat.kept-lists": 'Kept: methods and header lists are sorted and joined with `", "`.',
    "compat.kept-200": "Kept: 200 on preflights.",
    "compat.kept-own-acao": "Kept: the view's own ACAO wins.",
    "compat.kept-own-options": "Kept: views with their own OPTIONS answer themselves.",
    "compat.kept-anchors": "Kept: anchored regexes.",
    "compat.kept-bare-host": "Kept: clients that send a bare host.",
    "compat.kept-resources-error": "Kept: `ValueError` for a bad `resources`.",
    "compat.kept-called": (
        "Kept: a decorated function that is called returns a `Response` with its headers."
    ),
    "compat.kept-plain-options": (
        "Kept: `OPTIONS` without ACRM to a decorated view does not run the view."
    ),
    "compat.kept-init-app": "Kept: `CORS(app)` calls `self.init_app`.",
    "compat.kept-imports": "Kept: `flask_cors.__version__` and the import paths.",
}


def read_markers(root: Path) -> dict[str, list[str]]:
    """Return the tests that carry a rule's marker, as ``path::name``, by the rule's id.

    The files are read, not imported, so that no test needs its extras to be counted.
    """
    found: dict[str, list[str]] = {}
    paths = [*root.glob("tests/**/test_*.py"), *root.glob("examples/**/test_*.py")]
    for path in sorted(paths):
        for name, ids in _marked(ast.parse(path.read_text("utf-8"))):
            for rule in ids:
                found.setdefault(rule, []).append(f"{path.relative_to(root).as_posix()}::{name}")
    return found


def faults(found: dict[str, list[str]]) -> list[str]:
    """Return what is wrong between the rules and the tests found, a line each."""
    unknown = [f"{rule}: no such rule, in {found[rule][0]}" for rule in found if rule not in RULES]
    return unknown + [f"{rule}: no test" for rule in RULES if rule not in found]


def index(found: dict[str, list[str]]) -> str:
    """Return the text of the index: each rule with its sentence and its tests."""
    parts = [INTRODUCTION]
    for section, title in SECTIONS.items():
        number = f"{section}. " if section.isdigit() else ""
        parts.append(f"\n## {number}{title}\n\n")
        parts += [_entry(rule, found.get(rule)) for rule in RULES if _section(rule) == section]
    return "".join(parts)


def main() -> int:
    """Write the index, print what is wrong, and return the exit code."""
    found = read_markers(CHECKOUT)
    INDEX.write_text(index(found), encoding="utf-8")
    wrong = faults(found)
    print("\n".join(wrong) or f"{INDEX.relative_to(CHECKOUT)} is up to date")
    return 1 if wrong else 0


def _section(rule: str) -> str:
    return rule.partition(".")[0]


def _entry(rule: str, tests: list[str] | None) -> str:
    lines = "".join(f"  - `{test}`\n" for test in tests or ())
    return f"- **{rule}**: {RULES[rule]}\n{lines or '  - no test yet' + chr(10)}"


def _marked(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Yield each test function with the ids of its own markers and those of its class."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            around = _ids(node)
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    ids = dict.fromkeys(around + _ids(inner))
                    yield f"{node.name}::{inner.name}", list(ids)
        elif isinstance(node, ast.FunctionDef):
            yield node.name, _ids(node)


def _ids(node: ast.ClassDef | ast.FunctionDef) -> list[str]:
    """Return the ids in the markers of a function or class, those of its parameters included."""
    calls = [call for mark in node.decorator_list for call in ast.walk(mark)]
    found = [
        argument.value
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    sys.exit(main())
