"""
The comments of one pull or merge request, on GitHub and on GitLab.

    GitHub   POST  /graphql  {viewer {login}}                              who the token is; a workflow's own has no /user
             GET   /repos/<owner>/<name>/pulls/<number>                    the commit at its head
             GET   /repos/<owner>/<name>/issues/<number>/comments          POST the same, PATCH …/issues/comments/<id>
    GitLab   GET   /user
             GET   /projects/<id>/merge_requests/<iid>
             GET   /projects/<id>/merge_requests/<iid>/notes               POST the same, PUT …/notes/<id>

https://docs.github.com/rest/issues/comments, https://docs.gitlab.com/api/notes
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import quote

from servewright.errors import OutsideStateError
from servewright.remote.code_host import CodeHost, is_busy, parsed
from servewright.remote.http import Answer, host_of

PUBLIC_GITHUB: Final = "https://api.github.com"
PUBLIC_GITLAB: Final = "https://gitlab.com/api/v4"

PER_PAGE: Final = 100
MAX_PAGES: Final = 100
"""
How many comments are looked through: 10,000 (judgement; GitHub allows 2,500 on one pull request).
"""

_OK: Final = 200
_CREATED: Final = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """
    One comment: its *body*, and whether the token's own user wrote it.
    """

    id: int
    body: str
    own: bool


class Thread(Protocol):
    """
    The comments of one request.
    """

    def head(self) -> str:
        """
        Return the commit at the head of the request.
        """

    def comments(self) -> Iterator[Comment]:
        """
        Return all comments, the oldest first.
        """

    def create(self, body: str) -> Answer | None:
        """
        Write a comment; returns the answer of a host that is busy, None where it was taken.
        """

    def update(self, comment: Comment, body: str) -> None:
        """
        Write *comment* anew.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubThread:
    """
    The pull request *number* of the repository *repo* ("owner/name").
    """

    host: CodeHost
    repo: str
    number: int

    @property
    def _what(self) -> str:
        return f"pull request {self.number} of {self.repo}"

    def head(self) -> str:
        """
        Return the commit at the head of the pull request.
        """
        found = _object(self.host, self._url(f"pulls/{self.number}"), self._what).get("head")
        return _text(found.get("sha") if isinstance(found, dict) else None)

    def comments(self) -> Iterator[Comment]:
        """
        Return all comments on the pull request, the oldest first; those on lines of code are not among them.
        """
        own = self._own_login()
        for row in _pages(self.host, self._url(f"issues/{self.number}/comments"), "", self._what):
            author = row.get("user")
            login = author.get("login") if isinstance(author, dict) else None
            yield Comment(id=_id(row, self.host), body=_text(row.get("body")), own=login == own)

    def create(self, body: str) -> Answer | None:
        """
        Write a comment; returns the answer of a host that is busy, None where it was taken.
        """
        return _created(self.host, self._url(f"issues/{self.number}/comments"), body, self._what)

    def update(self, comment: Comment, body: str) -> None:
        """
        Write *comment* anew.
        """
        _updated(self.host, self._url(f"issues/comments/{comment.id}"), "PATCH", body, self._what)

    def _url(self, path: str) -> str:
        return f"{self.host.endpoint.rstrip('/')}/repos/{self.repo}/{path}"

    def _own_login(self) -> str:
        # An Enterprise Server has its REST API under /api/v3 and this one beside it.
        base = self.host.endpoint.rstrip("/").removesuffix("/v3")
        answer = self.host.patiently(f"{base}/graphql", method="POST", value={"query": "query { viewer { login } }"})
        if answer.status != _OK:
            raise self.host.refuse(answer, "the user of a token")
        login = _at(parsed(answer), "data", "viewer", "login")
        if not isinstance(login, str) or not login:
            msg = f"{host_of(answer.url)} does not say whose token {self.host.variable} holds, so no comment could be told to be our own"
            raise OutsideStateError(msg)
        return login


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabThread:
    """
    The merge request *number* of *project*, an id or a path.
    """

    host: CodeHost
    project: str
    number: int

    @property
    def _what(self) -> str:
        return f"merge request {self.number} of project {self.project}"

    def head(self) -> str:
        """
        Return the commit at the head of the merge request.
        """
        return _text(_object(self.host, self._url(""), self._what).get("sha"))

    def comments(self) -> Iterator[Comment]:
        """
        Return all notes that people or programs wrote, the oldest first.
        """
        me = _object(self.host, f"{self.host.endpoint.rstrip('/')}/user", "the user of a token").get("id")
        for row in _pages(self.host, self._url("/notes"), "&sort=asc&order_by=created_at", self._what):
            own = isinstance(me, int) and _at(row, "author", "id") == me and not row.get("system")
            yield Comment(id=_id(row, self.host), body=_text(row.get("body")), own=own)

    def create(self, body: str) -> Answer | None:
        """
        Write a note; returns the answer of a host that is busy, None where it was taken.
        """
        return _created(self.host, self._url("/notes"), body, self._what)

    def update(self, comment: Comment, body: str) -> None:
        """
        Write the note *comment* anew.
        """
        _updated(self.host, self._url(f"/notes/{comment.id}"), "PUT", body, self._what)

    def _url(self, path: str) -> str:
        return f"{self.host.endpoint.rstrip('/')}/projects/{quote(self.project, safe='')}/merge_requests/{self.number}{path}"


def _pages(host: CodeHost, url: str, more: str, what: str) -> Iterator[dict[str, Any]]:
    """
    Return the rows of all pages. The addresses of the pages are made here: none is taken from an answer.
    """
    for page in range(1, MAX_PAGES + 1):
        answer = host.patiently(f"{url}?per_page={PER_PAGE}&page={page}{more}")
        rows = parsed(answer) if answer.status == _OK else None
        if not isinstance(rows, list):
            raise _refusal(host, answer, what)
        yield from (row for row in rows if isinstance(row, dict))
        if len(rows) < PER_PAGE:
            return


def _object(host: CodeHost, url: str, what: str) -> dict[str, Any]:
    answer = host.patiently(url)
    if answer.status != _OK or answer.object is None:
        raise _refusal(host, answer, what)
    return answer.object


def _created(host: CodeHost, url: str, body: str, what: str) -> Answer | None:
    answer = host.once(url, method="POST", value={"body": body})
    if is_busy(answer):
        return answer
    if answer.status != _CREATED:
        raise host.refuse(answer, what)
    return None


def _updated(host: CodeHost, url: str, method: str, body: str, what: str) -> None:
    answer = host.patiently(url, method=method, value={"body": body})
    if answer.status != _OK:
        raise host.refuse(answer, what)


def _refusal(host: CodeHost, answer: Answer, what: str) -> OutsideStateError:
    if answer.status != _OK:
        return host.refuse(answer, what)
    return OutsideStateError(f"{host_of(answer.url)} answers with something else than the JSON of its API: is it the right address?")


def _at(value: Any, *path: str) -> Any:  # noqa: ANN401 - JSON of somebody else
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(row: dict[str, Any], host: CodeHost) -> int:
    found = row.get("id")
    if not isinstance(found, int) or isinstance(found, bool):
        msg = f"{host_of(host.endpoint)} lists a comment without an id"
        raise OutsideStateError(msg)
    return found
