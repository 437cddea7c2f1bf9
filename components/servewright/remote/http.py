"""
One HTTP request with bounds: on the size of the answer, on its time, on redirects; a secret never leaves the host it is meant for.
"""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from servewright import __version__
from servewright.errors import OutsideStateError
from servewright.remote.deadline import DeadlineError, timed_handlers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

TIMEOUT_S: Final = 10.0
"""
How long a server may be silent (judgement: config files and manifests are small).
"""

DEADLINE_S: Final = 60.0
"""
How long one answer may take as a whole, headers, redirects and a slow server included (judgement).
"""

MAX_REDIRECTS: Final = 5

_CHUNK: Final = 64 * 1024
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WEB: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    The answer to a request; the names of *headers* are in lower case. *url* is where it came from in the end.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def object(self) -> dict[str, Any] | None:
        """
        The JSON object that the body is, None where it is anything else.
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


def ask(
    url: str,
    *,
    limit: int,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT_S,
    named_by: str | None = None,
    body: bytes | None = None,
) -> Answer:
    """
    Return the answer of *url*, whatever its status, with at most *limit* bytes; raises OutsideStateError where there is none. A *body*
    is sent to *url* alone: a redirect is then the answer.

    An Authorization header goes to the origin of *url* alone: a redirect to another one is followed without it. Only https is spoken,
    but for a server on this machine that the user named: one elsewhere (*named_by*, where its answer names *url*, or a redirect) must
    not lead to what listens here.
    """
    given, end = dict(headers or {}), time.monotonic() + DEADLINE_S
    origin, where, plain = _origin(url), url, is_loopback(named_by or url)
    for _ in range(MAX_REDIRECTS + 1):
        _refuse_plain(where, here=plain)
        sent = given if _origin(where) == origin else {name: value for name, value in given.items() if name.lower() != "authorization"}
        own = {"User-Agent": f"servewright/{__version__}", "Accept-Encoding": "identity"}
        request = Request(where, body, method=method, headers={**own, **sent})  # noqa: S310 - the scheme was checked
        answer = _once(request, limit, timeout, end)
        target = answer.headers.get("location")
        if answer.status not in _REDIRECTS or target is None or body is not None:
            return answer
        where = _joined(where, target)
    msg = f"{host_of(url)} sends from one address to the next, more than {MAX_REDIRECTS} times"
    raise OutsideStateError(msg)


@contextmanager
def opened(url: str, *, headers: Mapping[str, str], timeout: float, deadline: float) -> Iterator[HTTPResponse | HTTPError]:
    """
    Open the answer of *url* for reading, where it is too large for memory; a redirect is the answer. All of it must come within *deadline*
    seconds. Raises OutsideStateError for what goes wrong on the way, while it is read too.
    """
    _refuse_plain(url, here=is_loopback(url))
    own = {"User-Agent": f"servewright/{__version__}", "Accept-Encoding": "identity"}
    request = Request(url, headers={**own, **headers})  # noqa: S310 - the scheme was checked
    try:
        with _open(request, timeout, time.monotonic() + deadline) as response:
            yield response
    except (TimeoutError, URLError, HTTPException, OSError, ValueError) as error:
        msg = f"{host_of(url)} {_reason(error, timeout, deadline)}"
        raise OutsideStateError(msg) from None


def is_loopback(url: str) -> bool:
    """
    Return True where the host of *url* is this machine.
    """
    host = _split(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _once(request: Request, limit: int, timeout: float, end: float) -> Answer:
    try:
        with _open(request, timeout, end) as response:
            return _read(response, request, limit)
    except (TimeoutError, URLError, HTTPException, OSError, ValueError) as error:
        msg = f"{host_of(request.full_url)} {_reason(error, timeout)}"
        raise OutsideStateError(msg) from None


def _open(request: Request, timeout: float, end: float) -> HTTPResponse | HTTPError:
    try:
        response: HTTPResponse = _opener(request.full_url, end).open(request, timeout=timeout)
    except HTTPError as refused:  # any status but 2xx: an answer as well
        return refused
    return response


def _reason(error: Exception, timeout: float, deadline: float | None = None) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, DeadlineError):
        return f"took longer than {DEADLINE_S if deadline is None else deadline:g} s for its answer"
    if isinstance(cause, TimeoutError):
        return f"did not answer within {timeout:g} s"
    if isinstance(cause, HTTPException):
        return "broke off its answer, or speaks something else than HTTP"
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return f"cannot be reached: {text[:120].lower() or 'no reason is given'}"


def _read(response: HTTPResponse | HTTPError, request: Request, limit: int) -> Answer:
    body, host = bytearray(), host_of(request.full_url)
    while chunk := response.read(min(_CHUNK, limit + 1 - len(body))):
        body += chunk
        if len(body) > limit:
            msg = f"{host} answers with more than the {limit:,} bytes that are read of it"
            raise OutsideStateError(msg)
    stated = response.headers.get("Content-Length") or ""
    if request.get_method() != "HEAD" and stated.isascii() and stated.isdigit() and len(body) < int(stated[:15]):
        msg = f"{host} broke off its answer after {len(body):,} of {int(stated[:15]):,} bytes"
        raise OutsideStateError(msg)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status or 0, headers=headers, body=bytes(body), url=request.full_url)


class _NoRedirects(HTTPRedirectHandler):
    """
    Leaves redirects to the caller, who knows what may be sent where.
    """

    def http_error_302(self, *_arguments: object) -> None:
        """
        Follow nothing: the answer is taken as it is.
        """

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302  # type: ignore[assignment]


def _opener(url: str, end: float) -> OpenerDirector:
    # What runs on this machine is not behind a proxy.
    return build_opener(_NoRedirects, *timed_handlers(end), *([ProxyHandler({})] if is_loopback(url) else []))


def host_of(url: str) -> str:
    """
    Return host and port of *url*, without any user or password in it.
    """
    parts = _split(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "the server"


def _refuse_plain(url: str, *, here: bool) -> None:
    scheme = _split(url).scheme
    if scheme not in _WEB or not _split(url).hostname:
        msg = f"{scheme[:20] or 'an address without scheme'} is not spoken here: https"
        raise OutsideStateError(msg)
    if scheme == "http" and not (here and is_loopback(url)):
        msg = f"{host_of(url)} would be asked over plain HTTP, where anybody on the way can change the answer: https"
        raise OutsideStateError(msg)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = _split(url)
    return parts.scheme, parts.hostname, parts.port or _WEB.get(parts.scheme)


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        msg = f"{host_of(url)} leads to a malformed address"
        raise OutsideStateError(msg) from None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is refused here, not later
    except ValueError:
        msg = "an address is malformed"
        raise OutsideStateError(msg) from None
    return parts
