"""
GitHub and GitLab on loopback, as far as comments go: https://docs.github.com/rest/issues/comments, https://docs.gitlab.com/api/notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

from local_hub import json_reply
from local_server import LocalServer, Reply, Request, serving

HEAD = "89abcdef0123456789abcdef0123456789abcdef"
TOKEN = "ghs_canary0123456789"  # noqa: S105 - made up
REPO = "acme/stacks"
PROJECT = "group/stacks"
NUMBER = 12

_COMMENTS = re.compile(rf"/repos/{REPO}/issues/{NUMBER}/comments")
_COMMENT = re.compile(rf"/repos/{REPO}/issues/comments/([0-9]+)")
_NOTES = re.compile(rf"/projects/{PROJECT}/merge_requests/{NUMBER}/notes(?:/([0-9]+))?")


@dataclass(slots=True, kw_only=True)
class Note:
    """
    A comment as it stands: who wrote it and what.
    """

    id: int
    author: str
    body: str
    system: bool = False


@dataclass(slots=True, kw_only=True)
class CodeHostState:
    """
    What the host has, and how it behaves: *me* is the user of the token, *replies* are given first, in their order, to requests of that
    method, *takes_anyway* stores a new comment although the reply is a failure.
    """

    kind: Literal["github", "gitlab"] = "github"
    me: str = "github-actions[bot]"
    head: str = HEAD
    token: str = TOKEN
    notes: list[Note] = field(default_factory=list)
    replies: list[tuple[str, Reply]] = field(default_factory=list)
    takes_anyway: bool = False

    def add(self, author: str, body: str, *, system: bool = False) -> Note:
        """
        Store a comment.
        """
        note = Note(id=1000 + len(self.notes), author=author, body=body, system=system)
        self.notes.append(note)
        return note


@contextmanager
def serving_code_host(state: CodeHostState) -> Iterator[LocalServer]:
    """
    Serve *state*.
    """
    answer = _github if state.kind == "github" else _gitlab

    def reply(request: Request) -> Reply:
        for number, (method, first) in enumerate(state.replies):
            if method == request.method and not request.path.endswith("/graphql"):
                del state.replies[number]
                if state.takes_anyway and method == "POST":
                    answer(state, request)
                return first
        if request.headers.get("authorization") != f"Bearer {state.token}":
            return json_reply_of({"message": "Bad credentials"}, 401)
        return answer(state, request)

    with serving(reply) as server:
        yield server


def json_reply_of(value: object, status: int) -> Reply:
    """
    Return *value* as JSON with a status.
    """
    made = json_reply(value)
    return Reply(status=status, body=made.body, headers=made.headers)


def _github(state: CodeHostState, request: Request) -> Reply:
    path, query = _asked(request)
    if path == "/graphql" and request.method == "POST":
        return json_reply({"data": {"viewer": {"login": state.me}}})
    if path == f"/repos/{REPO}/pulls/{NUMBER}":
        return json_reply({"number": NUMBER, "head": {"sha": state.head}})
    if _COMMENTS.fullmatch(path):
        return _listed_or_created(state, request, query)
    one = _COMMENT.fullmatch(path)
    return _changed(state, request, int(one[1]), "PATCH") if one else json_reply_of({"message": "Not Found"}, 404)


def _gitlab(state: CodeHostState, request: Request) -> Reply:
    path, query = _asked(request)
    if path == "/user":
        return json_reply({"id": _user_id(state.me), "username": state.me})
    if path == f"/projects/{PROJECT}/merge_requests/{NUMBER}":
        return json_reply({"iid": NUMBER, "sha": state.head})
    notes = _NOTES.fullmatch(path)
    if notes is None:
        return json_reply_of({"message": "404 Not found"}, 404)
    return _changed(state, request, int(notes[1]), "PUT") if notes[1] else _listed_or_created(state, request, query)


def _listed_or_created(state: CodeHostState, request: Request, query: dict[str, list[str]]) -> Reply:
    if request.method == "POST":
        note = state.add(state.me, json.loads(request.body)["body"])
        return json_reply_of(_shown(note), 201)
    size, page = int(query["per_page"][0]), int(query["page"][0])
    return json_reply([_shown(note) for note in state.notes[(page - 1) * size : page * size]])


def _changed(state: CodeHostState, request: Request, number: int, method: str) -> Reply:
    note = next((each for each in state.notes if each.id == number), None)
    if note is None or request.method != method:
        return json_reply_of({"message": "Not Found"}, 404)
    note.body = json.loads(request.body)["body"]
    return json_reply(_shown(note))


def _shown(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "body": note.body,
        "system": note.system,
        "user": {"login": note.author},
        "author": {"id": _user_id(note.author), "username": note.author},
    }


def _user_id(name: str) -> int:
    return sum(name.encode())


def _asked(request: Request) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(request.path)
    return unquote(parts.path), parse_qs(parts.query)
