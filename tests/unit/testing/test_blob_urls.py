"""``blob:`` URLs: who may fetch them, what is answered, and when they lead nowhere."""

from __future__ import annotations

import pytest

from flask_cors.testing import Blob, Browser, NetworkError, Reply, Request

OWN = "https://app.example"


def browser(**options: object) -> Browser:
    def answer(request: Request) -> Reply:
        return Reply(200, (("Access-Control-Allow-Origin", "*"),))

    return Browser(transport=answer, origin=OWN, base_url=OWN, **options)  # type: ignore[arg-type]


def test_a_page_fetches_what_it_made() -> None:
    page = browser()
    url = page.create_object_url(Blob(b"hello", "Text/Plain"))
    response = page.fetch(f"{url}#fragment")
    assert url.startswith(f"blob:{OWN}/")
    assert (response.type, response.status, response.status_text) == ("basic", 200, "OK")
    assert (response.url, response.text) == (url, "hello")
    assert dict(response.headers) == {"content-length": "5", "content-type": "text/plain"}
    assert page.exchanges == []


def test_each_url_is_its_own_and_always_the_same() -> None:
    urls = [browser().create_object_url(Blob(b"a")) for _ in range(2)]
    page = browser()
    more = [page.create_object_url(Blob(b"a")) for _ in range(2)]
    assert urls[0] == urls[1] == more[0] != more[1]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_only_get(method: str) -> None:
    page = browser()
    url = page.create_object_url(Blob(b"a"))
    with pytest.raises(NetworkError) as caught:
        page.fetch(url, method=method)
    assert (caught.value.step, caught.value.section) == ("blob-url", "scheme-fetch")
    assert str(caught.value).endswith("ERR_METHOD_NOT_SUPPORTED")


def test_pages_that_may_not() -> None:
    page = browser()
    url = page.create_object_url(Blob(b"a"))
    others = [page.at("https://evil.example"), page.at(OWN, framed_by="https://evil.example")]
    for other in [*others, page.at("null")]:
        with pytest.raises(NetworkError):
            other.fetch(url)
    assert page.at(OWN).fetch(url).text == "a"
    assert others[0].navigate(url).text == "a"
    with pytest.raises(NetworkError):
        others[0].navigate(url, frame=True)


def test_words_for_another_origins_url() -> None:
    page = browser()
    for url, step in (("blob:https://evil.example/x", "url-scheme"), (f"blob:{OWN}/x", "blob-url")):
        with pytest.raises(NetworkError) as caught:
            page.fetch(url)
        assert caught.value.step == step


def test_a_sandboxed_page_has_urls_of_its_own() -> None:
    page = browser().at("null")
    url = page.create_object_url(Blob(b"a"))
    assert url.startswith("blob:null/")
    assert page.fetch(url).text == "a"
    with pytest.raises(NetworkError):
        page.at("null").fetch(url)


def test_a_url_that_is_revoked() -> None:
    page = browser()
    url = page.create_object_url(Blob(b"a"))
    page.at("https://evil.example").revoke_object_url(url)
    page.revoke_object_url(f"{url}#x")
    page.revoke_object_url("blob:nothing")
    assert page.fetch(url).text == "a"
    page.revoke_object_url(url)
    with pytest.raises(NetworkError, match="ERR_FILE_NOT_FOUND"):
        page.fetch(url)


def test_a_part() -> None:
    page = browser()
    url = page.create_object_url(Blob(b"0123456789", "text/plain"))
    response = page.fetch(url, headers={"Range": "bytes=-3"})
    assert (response.status, response.text) == (206, "789")
    assert response.headers["Content-Range"] == "bytes 7-9/10"
    assert response.headers["Content-Length"] == "3"
    for value in ("bytes=10-", "bytes=x", "bytes=2-1", "BYTES=1-2", "", "bytes=1-2,3-4"):
        with pytest.raises(NetworkError, match="ERR_REQUEST_RANGE_NOT_SATISFIABLE"):
            page.fetch(url, headers={"Range": value})


def test_elements_and_streams() -> None:
    page = browser()
    script = page.create_object_url(Blob(b"1", "text/javascript"))
    stream = page.create_object_url(Blob(b"data: a\n\n", "text/event-stream"))
    assert page.load("script", script).type == "basic"
    assert page.event_source(stream).events[0].data == "a"
    with pytest.raises(NetworkError):
        page.load("script", page.create_object_url(Blob(b"1", "image/png")))
    with pytest.raises(TypeError):
        page.send_beacon(script, "x")
