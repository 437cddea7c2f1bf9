"""
One request with bounds: size, time, redirects, and where a secret may go.
"""

from __future__ import annotations

from urllib.request import Request

import pytest

from dripping_server import dripping
from local_server import Reply, by_path, serving
from servewright.errors import OutsideStateError
from servewright.remote import http
from servewright.remote.http import MAX_REDIRECTS, Answer, ask, host_of, is_loopback

SECRET = {"Authorization": "Bearer hf_canary_0123456789"}
MEGABYTE = b"x" * (1024 * 1024)


def test_an_answer_is_what_was_sent() -> None:
    """
    Status, body and headers arrive; any status is an answer.
    """
    pages = {"/a": Reply(body=b"hello", headers={"X-Thing": "1"}), "/b": Reply(status=503, body=b"busy")}
    with serving(by_path(pages)) as server:
        found, busy = ask(f"{server.url}/a", limit=100), ask(f"{server.url}/b", limit=100)

    assert (found.status, found.body, found.headers["x-thing"]) == (200, b"hello", "1")
    assert (busy.status, busy.body) == (503, b"busy")


@pytest.mark.parametrize("reply", [Reply(body=MEGABYTE * 50), Reply(body=MEGABYTE, endless=True)], ids=["50 MB", "endless"])
def test_no_more_is_read_than_the_limit(reply: Reply) -> None:
    """
    An answer of 50 MB, or one without an end, ends with a refusal after the limit.
    """
    with serving(lambda _: reply) as server, pytest.raises(OutsideStateError, match="answers with more than the 1,000,000 bytes"):
        ask(server.url, limit=1_000_000)


def test_an_answer_of_exactly_the_limit_is_read() -> None:
    """
    The limit itself is still allowed.
    """
    with serving(lambda _: Reply(body=b"x" * 1000)) as server:
        assert len(ask(server.url, limit=1000).body) == 1000


def test_a_broken_off_answer_is_refused() -> None:
    """
    Fewer bytes than promised are no answer.
    """
    cut = Reply(body=b'{"a": ', promise=500)
    with serving(lambda _: cut) as server, pytest.raises(OutsideStateError, match="broke off its answer after 6 of 500 bytes"):
        ask(server.url, limit=1000)


def test_a_silent_server_is_not_waited_for() -> None:
    """
    After the timeout the request ends, and the message names the host and the time.
    """
    with serving(lambda _: Reply(silence_s=1.0)) as server, pytest.raises(OutsideStateError, match=r"did not answer within 0\.1 s"):
        ask(server.url, limit=1000, timeout=0.1)


HEAD = b"HTTP/1.0 200 OK\r\nContent-Length: 400\r\n"
DRIPPED = HEAD + b"X-Slow: " + b"y" * 400 + b"\r\n\r\n" + b"x" * 400


@pytest.mark.parametrize("at_once", [len(DRIPPED) - 400, len(HEAD), 0], ids=["body", "headers", "all of it"])
def test_a_slow_server_is_not_waited_for(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A server that never falls silent is left after the deadline for the whole answer: it has not sent half of its bytes by then.
    """
    monkeypatch.setattr(http, "DEADLINE_S", 0.2)
    with dripping(DRIPPED, pause_s=0.01, at_once=at_once) as server, pytest.raises(OutsideStateError, match=r"took longer than 0\.2 s"):
        ask(server.url, limit=1000, timeout=5)

    assert 0 < server.sent < 200


def test_the_deadline_is_over_before_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An answer that could only begin after the deadline is not read at all.
    """
    monkeypatch.setattr(http, "DEADLINE_S", 0.0)
    with serving(lambda _: Reply(body=b"x")) as server, pytest.raises(OutsideStateError, match="took longer than"):
        ask(server.url, limit=1000)


def test_redirects_are_followed() -> None:
    """
    A relative and an absolute address lead on; the answer says where it came from.
    """
    pages = {"/a": Reply(status=307, headers={"Location": "/b"}), "/b": Reply(body=b"here")}
    with serving(by_path(pages)) as server:
        found = ask(f"{server.url}/a", limit=100)

    assert (found.body, found.url) == (b"here", f"{server.url}/b")


def test_redirects_in_a_circle_end() -> None:
    """
    The number of redirects is bounded.
    """
    around = Reply(status=302, headers={"Location": "/a"})
    with serving(lambda _: around) as server, pytest.raises(OutsideStateError, match=f"more than {MAX_REDIRECTS} times"):
        ask(f"{server.url}/a", limit=100)


def test_a_secret_stays_with_its_host() -> None:
    """
    On its own host a redirect carries the token on, to another one (even a port) it does not.
    """
    with serving(by_path({"/file": Reply(body=b"there")})) as other:
        pages = {
            "/a": Reply(status=302, headers={"Location": "/b"}),
            "/b": Reply(status=302, headers={"Location": f"{other.url}/file"}),
        }
        with serving(by_path(pages)) as server:
            found = ask(f"{server.url}/a", limit=100, headers=SECRET)

    assert found.body == b"there"
    assert [request.headers.get("authorization") for request in server.requests] == [SECRET["Authorization"]] * 2
    assert [request.headers.get("authorization") for request in other.requests] == [None]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://example.com/x", "plain HTTP"),
        ("file:///etc/passwd", "file is not spoken"),
        ("ftp://127.0.0.1/x", "ftp is not spoken"),
        ("http://127.0.0.1:99999/x", "malformed"),
        ("https://[::1", "malformed"),
    ],
)
def test_a_redirect_leads_only_where_a_request_may_go(target: str, said: str) -> None:
    """
    Neither plain HTTP to another machine, nor a file, nor a malformed address is followed.
    """
    away = Reply(status=302, headers={"Location": target})
    with serving(lambda _: away) as server, pytest.raises(OutsideStateError, match=said):
        ask(server.url, limit=100)


def test_a_server_elsewhere_cannot_send_us_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Plain HTTP with this machine is spoken where the first address was this machine, never because an answer from elsewhere says so.
    """
    asked: list[str] = []

    def elsewhere(request: Request, *_: object) -> Answer:
        asked.append(request.full_url)
        return Answer(status=302, headers={"location": "http://127.0.0.1:9/admin"}, body=b"", url=request.full_url)

    monkeypatch.setattr(http, "_once", elsewhere)  # a server elsewhere cannot be had here
    with pytest.raises(OutsideStateError, match=r"127\.0\.0\.1:9 would be asked over plain HTTP"):
        ask("https://registry.example/v2/", limit=100)
    with pytest.raises(OutsideStateError, match="plain HTTP"):
        ask("http://127.0.0.1:9/admin", limit=100, named_by="https://registry.example/v2/")

    assert asked == ["https://registry.example/v2/"]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://192.0.2.1/", "plain HTTP"),
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("https://127.0.0.1:1/", "cannot be reached"),
        ("127.0.0.1", "is not spoken"),
        ("https://no-such-host.invalid/", "cannot be reached"),
    ],
)
def test_what_cannot_be_asked_is_said(url: str, said: str) -> None:
    """
    Every way of not getting an answer is the same kind of error, with the host and the reason.
    """
    with pytest.raises(OutsideStateError, match=said):
        ask(url, limit=100, timeout=2)


def test_a_server_of_another_kind_is_said() -> None:
    """
    What speaks TLS to a plain server, or gets no HTTP back, ends in words.
    """
    with serving(lambda _: Reply()) as server, pytest.raises(OutsideStateError, match="cannot be reached"):
        ask(server.url.replace("http:", "https:"), limit=100, timeout=2)


def test_a_body_is_sent_once_and_never_after_a_redirect() -> None:
    """
    What is written to one address is not written to where it points.
    """
    with serving(lambda _: Reply(status=307, headers={"Location": "/other"})) as server:
        answer = ask(f"{server.url}/a", limit=100, method="POST", body=b"text")

    assert answer.status == 307
    assert [(r.method, r.path, r.body) for r in server.requests] == [("POST", "/a", b"text")]


def test_user_and_password_of_an_address_are_not_shown() -> None:
    """
    The name of a host for a message is its host alone.
    """
    assert host_of("https://user:secret@hub.example:8443/x?token=y") == "hub.example:8443"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:1", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:5000", True),
        ("http://10.0.0.1", False),
        ("http://a.b", False),
    ],
)
def test_this_machine_is_known(url: str, here: bool) -> None:  # noqa: FBT001
    """
    Loopback is the only place that is asked without TLS.
    """
    assert is_loopback(url) is here
