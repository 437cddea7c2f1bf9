"""
A comment on a code host: written once, then kept current, against servers on loopback that speak as GitHub and GitLab do.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from local_code_host import HEAD, NUMBER, PROJECT, REPO, TOKEN, CodeHostState, serving_code_host
from local_server import LocalServer, Reply
from servewright.errors import GateRefusedError, OutsideStateError
from servewright.remote.code_host import MAX_TRIES, CodeHost
from servewright.remote.comment_threads import PER_PAGE, GitHubThread, GitLabThread, Thread
from servewright.remote.publish import expect_head, publish

MARK = "<!-- servewright-cost:default -->"
BODY = f"{MARK}\n### Servewright: **$1** a month\n"
KINDS = ("github", "gitlab")


@contextmanager
def opened(state: CodeHostState, *, token: str = TOKEN) -> Iterator[tuple[LocalServer, CodeHost, Thread, list[float]]]:
    """
    Serve *state* and return the server, the client, the thread, and the waits that were made.
    """
    waits: list[float] = []
    with serving_code_host(state) as server:
        host = CodeHost(endpoint=server.url, token=token, variable="THE_TOKEN", wait=waits.append)
        thread: Thread = GitHubThread(host=host, repo=REPO, number=NUMBER)
        if state.kind == "gitlab":
            thread = GitLabThread(host=host, project=PROJECT, number=NUMBER)
        yield server, host, thread, waits


@pytest.fixture(params=KINDS)
def state(request: pytest.FixtureRequest) -> CodeHostState:
    """
    Return a host without comments, of each kind.
    """
    return CodeHostState(kind=request.param)


def writes(server: LocalServer) -> list[str]:
    """
    Return the methods of the requests that change something.
    """
    return [r.method for r in server.requests if r.method != "GET" and not r.path.endswith("/graphql")]


def test_the_first_run_writes_a_comment(state: CodeHostState) -> None:
    """
    Where none of ours stands, one is made.
    """
    state.add("a-person", "looks good")
    with opened(state) as (_, host, thread, _waits):
        assert publish(host, thread, BODY, worth=True) == "created"

    assert [(note.author, note.body) for note in state.notes] == [("a-person", "looks good"), (state.me, BODY)]


def test_the_next_run_writes_it_anew(state: CodeHostState) -> None:
    """
    The comment of an earlier run is found by its first line, whatever line ends the host made of it, and no second one appears.
    """
    state.add("a-person", "looks good")
    state.add(state.me, f"{MARK}\r\nold")
    with opened(state) as (server, host, thread, _):
        assert publish(host, thread, BODY, worth=False) == "updated"
        assert publish(host, thread, BODY, worth=False) == "as it was"

    assert [note.body for note in state.notes] == ["looks good", BODY]
    assert len(writes(server)) == 1


def test_nothing_to_say_says_nothing(state: CodeHostState) -> None:
    """
    Where nothing changed and no comment stands, none is made.
    """
    with opened(state) as (server, host, thread, _):
        assert publish(host, thread, BODY, worth=False) == "not needed"

    assert state.notes == []
    assert writes(server) == []


def test_the_comment_is_found_on_a_later_page(state: CodeHostState) -> None:
    """
    All pages are looked through.
    """
    for number in range(2 * PER_PAGE):
        state.add("a-person", f"comment {number}")
    state.add(state.me, f"{MARK}\nold")
    with opened(state) as (server, host, thread, _):
        assert publish(host, thread, BODY, worth=True) == "updated"

    assert state.notes[-1].body == BODY
    assert len([r for r in server.requests if "page=3" in r.path]) == 1


def test_the_mark_of_another_writer_is_not_ours(state: CodeHostState) -> None:
    """
    Anybody can write our first line: a comment of another user, or one in which the mark stands elsewhere, is never touched.
    """
    state.add("a-stranger", f"{MARK}\nmine now")
    state.add(state.me, f"quoted:\n{MARK}\n")
    state.add(state.me, "<!-- servewright-cost:other -->\nof another tag")
    before = [replace(note) for note in state.notes]
    with opened(state) as (_, host, thread, _waits):
        assert publish(host, thread, BODY, worth=True) == "created"

    assert state.notes[:3] == before
    assert state.notes[3].body == BODY


def test_a_note_of_the_system_is_not_ours() -> None:
    """
    GitLab writes notes of its own in the name of users.
    """
    state = CodeHostState(kind="gitlab")
    state.add(state.me, f"{MARK}\nchanged the description", system=True)
    with opened(state) as (_, host, thread, _waits):
        assert publish(host, thread, BODY, worth=True) == "created"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_busy_host_is_asked_again(state: CodeHostState, status: int) -> None:
    """
    What may be asked twice is, after the wait that the host names, else after 1, 2 and 4 s.
    """
    state.replies += [("GET", Reply(status=status, headers={"Retry-After": "7"})), ("GET", Reply(status=status))]
    with opened(state) as (_, host, thread, waits):
        assert publish(host, thread, BODY, worth=True) == "created"

    assert waits == [7, 2]


def test_a_host_that_fails_after_taking_it_gets_no_second_one(state: CodeHostState) -> None:
    """
    A new comment is not written again before the comments were looked through once more.
    """
    state.replies.append(("POST", Reply(status=502)))
    state.takes_anyway = True
    with opened(state) as (server, host, thread, _):
        assert publish(host, thread, BODY, worth=True) == "as it was"

    assert [note.body for note in state.notes] == [BODY]
    assert writes(server) == ["POST"]


def test_a_host_that_took_nothing_gets_it_again(state: CodeHostState) -> None:
    """
    A refused new comment is tried again, and not for ever.
    """
    state.replies.append(("POST", Reply(status=503)))
    with opened(state) as (_, host, thread, waits):
        assert publish(host, thread, BODY, worth=True) == "created"
    assert waits == [1]

    state.notes.clear()
    state.replies += [("POST", Reply(status=503))] * MAX_TRIES
    with opened(state) as (_, host, thread, waits), pytest.raises(OutsideStateError, match=f"{MAX_TRIES} times over .status 503."):
        publish(host, thread, BODY, worth=True)
    assert waits == [1, 2, 4]


@pytest.mark.parametrize("seconds", ["61", "999999999999"])
def test_a_long_wait_is_not_waited(state: CodeHostState, seconds: str) -> None:
    """
    A host that asks for more than a minute is not waited for.
    """
    state.replies.append(("GET", Reply(status=429, headers={"Retry-After": seconds})))
    with opened(state) as (_, host, thread, waits), pytest.raises(OutsideStateError, match="asks to wait"):
        publish(host, thread, BODY, worth=True)

    assert waits == []


@pytest.mark.parametrize(
    ("method", "reply", "said"),
    [
        ("GET", Reply(status=401), "does not know the token in THE_TOKEN"),
        ("GET", Reply(status=403), "it needs the right to write comments"),
        ("GET", Reply(status=404), "or does not show it to the token in THE_TOKEN"),
        ("GET", Reply(status=200, body=b"<html>login</html>"), "something else than the JSON of its API"),
        ("GET", Reply(status=200, body=b'"text"'), "something else than the JSON of its API"),
        ("GET", Reply(status=418), "answers with status 418"),
        ("POST", Reply(status=403), "it needs the right to write comments"),
        ("POST", Reply(status=404), "or does not show it to"),
        ("POST", Reply(status=410), "has closed the comments"),
        ("POST", Reply(status=422), "takes no such comment on"),
        ("POST", Reply(status=307, headers={"Location": "/elsewhere"}), "has moved"),
    ],
    ids=lambda value: f"{value.status} {value.body[:6]!r}" if isinstance(value, Reply) else str(value)[:4],
)
def test_each_refusal_has_its_words(state: CodeHostState, method: str, reply: Reply, said: str) -> None:
    """
    The message says what to do; nothing of the token or of the answer's own text is in it.
    """
    state.replies.append((method, replace(reply, body=reply.body or b'{"message": "canary text"}')))
    with opened(state) as (_, host, thread, _waits), pytest.raises(OutsideStateError, match=said) as caught:
        publish(host, thread, BODY, worth=True)

    assert TOKEN not in str(caught.value)
    assert "canary" not in str(caught.value)
    assert state.notes == []


def test_a_token_that_is_refused_is_said(state: CodeHostState) -> None:
    """
    The first question already needs the token.
    """
    with opened(state, token="other") as (_, host, thread, _waits), pytest.raises(OutsideStateError, match="is wrong or has ended"):  # noqa: S106 - made up
        publish(host, thread, BODY, worth=True)


def test_a_redirect_takes_neither_text_nor_token_elsewhere(state: CodeHostState) -> None:
    """
    A page that is elsewhere is asked for without the token, and a comment is never sent after a redirect.
    """
    other = CodeHostState(kind=state.kind)
    with serving_code_host(other) as elsewhere:
        state.replies.append(("GET", Reply(status=302, headers={"Location": f"{elsewhere.url}/x"})))
        with opened(state) as (_, host, thread, _waits), pytest.raises(OutsideStateError):
            publish(host, thread, BODY, worth=True)
        state.replies.append(("POST", Reply(status=308, headers={"Location": f"{elsewhere.url}/x"})))
        with opened(state) as (_, host, thread, _waits), pytest.raises(OutsideStateError, match="has moved"):
            publish(host, thread, BODY, worth=True)

        assert [(r.method, "authorization" in r.headers) for r in elsewhere.requests] == [("GET", False)]


def test_the_head_must_be_the_one_that_was_looked_at(state: CodeHostState) -> None:
    """
    The number of a request comes from an artefact that anybody could have made: its head must be the commit of the run.
    """
    with opened(state) as (server, _, thread, _waits):
        expect_head(thread, HEAD)
        with pytest.raises(GateRefusedError, match="not the expected 0000"):
            expect_head(thread, "0" * 40)

    assert writes(server) == []


@pytest.mark.parametrize("token", ["", "two\r\nX-Other: 1", "with space", "umlaut-\u00fc", "x" * 5000])
def test_a_token_that_is_none_is_not_sent(token: str) -> None:
    """
    A line break in a token would be a header of its own: it is refused, unseen.
    """
    with pytest.raises(OutsideStateError, match="THE_TOKEN is empty or holds") as caught:
        CodeHost(endpoint="https://api.example", token=token, variable="THE_TOKEN")

    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("endpoint", ["", "api.example", "file:///etc", "https://user:hunter2@api.example", "https://api.example?x=1"])
def test_an_address_that_is_none_is_refused(endpoint: str) -> None:
    """
    The address of an API holds nothing secret and is one of the web.
    """
    with pytest.raises(OutsideStateError, match="must be one without user") as caught:
        CodeHost(endpoint=endpoint, token=TOKEN, variable="THE_TOKEN")

    assert "hunter2" not in str(caught.value)


def test_plain_http_is_for_this_machine_alone() -> None:
    """
    The token never crosses a network in the clear.
    """
    host = CodeHost(endpoint="http://api.example", token=TOKEN, variable="THE_TOKEN")
    with pytest.raises(OutsideStateError, match="plain HTTP"):
        publish(host, GitHubThread(host=host, repo=REPO, number=NUMBER), BODY, worth=True)


def test_an_enterprise_server_has_its_other_api_beside() -> None:
    """
    REST under /api/v3, GraphQL under /api/graphql.
    """
    seen: list[str] = []
    with serving_code_host(CodeHostState()) as server:
        host = CodeHost(endpoint=f"{server.url}/api/v3", token=TOKEN, variable="THE_TOKEN")
        with pytest.raises(OutsideStateError):
            publish(host, GitHubThread(host=host, repo=REPO, number=NUMBER), BODY, worth=True)
        seen += [r.path for r in server.requests]

    assert seen[0] == "/api/graphql"
