"""The file is fetched over TLS, when it is another, and never without end."""

from __future__ import annotations

import hashlib
import io
import urllib.error
from email.message import Message

import pytest

from lambda_src.workspaces_network import fetch as module
from lambda_src.workspaces_network.fetch import FetchError, fetch

URL = "https://ip-ranges.amazonaws.com/ip-ranges.json"


def headers(**named):
    made = Message()
    for name, value in named.items():
        made[name.replace("_", "-")] = value
    return made


class Answer(io.BytesIO):
    def __init__(self, content, **named):
        super().__init__(content)
        self.headers = headers(**named)
        self.given = 0

    def read(self, size=-1):
        part = super().read(size)
        self.given += len(part)
        return part


def answering(answer):
    asked = []

    def opening(request, seconds):
        asked.append((request, seconds))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return asked, opening


def test_a_file_comes_with_its_md5_and_its_entity_tag():
    _, opening = answering(Answer(b"{}", ETag='"a"', Content_Length="2"))
    assert fetch(URL, opening=opening) == (b"{}", hashlib.md5(b"{}").hexdigest(), '"a"')


def test_the_entity_tag_is_asked_with_and_an_unchanged_file_is_none():
    asked, opening = answering(urllib.error.HTTPError(URL, 304, "Not Modified", headers(), None))
    assert fetch(URL, etag='"a"', opening=opening) is None
    ((request, seconds),) = asked
    assert request.get_header("If-none-match") == '"a"'
    assert seconds == module.WAIT_SECONDS


def test_without_an_entity_tag_none_is_asked_with():
    asked, opening = answering(Answer(b"{}"))
    fetch(URL, opening=opening)
    assert not asked[0][0].has_header("If-none-match")


@pytest.mark.parametrize("url", ["http://ip-ranges.amazonaws.com/ip-ranges.json", "file:///etc/passwd", "ftp://a/b"])
def test_nothing_is_fetched_but_over_tls(url):
    asked, opening = answering(Answer(b"{}"))
    with pytest.raises(FetchError, match="only https"):
        fetch(url, opening=opening)
    assert asked == []


def test_a_file_that_is_too_large_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 10 * module.CHUNK_BYTES)
    endless = Answer(b"x" * 100 * module.CHUNK_BYTES)
    _, opening = answering(endless)
    with pytest.raises(FetchError, match="more than"):
        fetch(URL, opening=opening)
    assert endless.given == 11 * module.CHUNK_BYTES


def test_a_file_that_takes_too_long_is_left():
    _, opening = answering(Answer(b"x" * 100 * module.CHUNK_BYTES))
    clock = iter(range(0, 1000, 20))
    with pytest.raises(FetchError, match="60 seconds"):
        fetch(URL, opening=opening, now=lambda: next(clock))


def test_a_file_that_ends_early_is_none():
    _, opening = answering(Answer(b"{", Content_Length="2"))
    with pytest.raises(FetchError, match="ended after 1 of 2 bytes"):
        fetch(URL, opening=opening)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (urllib.error.HTTPError(URL, 503, "Slow Down", headers(), None), "503 Slow Down"),
        (urllib.error.HTTPError(URL, 302, "Found", headers(), None), "302 Found"),
        (urllib.error.URLError("no such host"), "no such host"),
        (TimeoutError("timed out"), "timed out"),
    ],
)
def test_what_does_not_come_is_said_with_its_place(problem, words):
    _, opening = answering(problem)
    with pytest.raises(FetchError, match=words) as raised:
        fetch(URL, opening=opening)
    assert URL in str(raised.value)
