"""
AWS's public price files, from their host or from a folder with the same paths; no credentials.

    GET /offers/v1.0/aws/index.json                              every offer, with its index of regions
    GET /offers/v1.0/aws/<Offer>/current/region_index.json       the current version for each region
    GET /offers/v1.0/aws/<Offer>/<version>/<region>/index.csv    the prices: of EC2 in one region about 1 GB

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html. A large file is fetched into a
folder of the user's cache. What came of it stays when a connection breaks, and the next try asks for the rest alone (Range, If-Range). No
redirect is followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from servewright.diagnostics import of_file
from servewright.errors import InvalidInputError, OutsideStateError
from servewright.remote.download_notes import full_size, goes_on, mark_of, note, noted, notes_of, part_of, remove, size_of, stated_number
from servewright.remote.http import host_of, opened
from servewright.spec.codes import UNREADABLE

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.error import HTTPError

PUBLIC: Final = "https://pricing.us-east-1.amazonaws.com"

TIMEOUT_S: Final = 30.0
DEADLINE_S: Final = 2 * 3600.0
"""
How long the host may be silent, and how long one try of one file may take: 1 GB at 150 kB/s (judgement).
"""

MAX_INDEX: Final = 16 * 1024 * 1024
MAX_FILE: Final = 16 * 1024**3
"""
The largest index and the largest file that is fetched; the largest published file is EC2 for all regions, some GB (judgement).
"""

MAX_TRIES: Final = 5

_CHUNK: Final = 256 * 1024
_OK: Final = 200
_PARTIAL: Final = 206
_NOT_THAT_RANGE: Final = 416
_BUSY: Final = frozenset({429, 500, 502, 503, 504})

Progress = Callable[[str, int, int | None], None]
"""
Told the name of a file, how many bytes of it are there, and how many there are in all where that is known.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFile:
    """
    A file on this machine; *complete* says that its size is the one that its host stated.
    """

    path: Path
    complete: bool


def _silent(_name: str, _done: int, _total: int | None) -> None:
    """
    Say nothing.
    """


def _pause(seconds: float) -> None:
    """
    Let *seconds* pass.
    """
    time.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFiles:
    """
    The price files under *root*, an https address or a folder. *cache* is where large files are kept; *wait* is how to let time pass.
    """

    root: str
    cache: Path
    progress: Progress = _silent
    wait: Callable[[float], None] = _pause

    @property
    def is_remote(self) -> bool:
        """
        Whether they lie behind an address.
        """
        return "://" in self.root

    def small(self, path: str) -> bytes:
        """
        Return an index; raises OutsideStateError where its host does not give it, InvalidInputError where a folder has it not.
        """
        if not self.is_remote:
            return self._read_folder(path)
        with opened(self._url(path), headers={}, timeout=TIMEOUT_S, deadline=TIMEOUT_S * 2) as answer:
            if answer.status != _OK:
                raise self._refusal(answer, path)
            body = answer.read(MAX_INDEX + 1)
        stated = stated_number(answer.headers.get("Content-Length"))
        if len(body) > MAX_INDEX or (stated is not None and len(body) < stated):
            bound = f"{stated:,} are stated" if stated else "that is too much"
            msg = f"{host_of(self.root)} answers {path} with {len(body):,} bytes, and {bound}"
            raise OutsideStateError(msg)
        return body

    def large(self, path: str) -> LocalFile:
        """
        Return a file of any size, fetched where it is not in the cache yet.
        """
        if not self.is_remote:
            return LocalFile(path=self._in_folder(path), complete=False)
        whole = self._cached(path)
        size = noted(notes_of(whole), self._url(path)).get("size")
        if whole.is_file() and size is not None and whole.stat().st_size == size:
            return LocalFile(path=whole, complete=True)
        try:
            self.cache.mkdir(parents=True, exist_ok=True)
            self._fetch(path, whole)
        except OSError as error:
            raise self._full(error, path) from None
        return LocalFile(path=whole, complete=noted(notes_of(whole), self._url(path)).get("size") is not None)

    def forget(self, path: str) -> None:
        """
        Take the file out of the cache: it is broken.
        """
        if self.is_remote:
            remove(self._cached(path))

    def keep_only(self, path: str) -> None:
        """
        Take older versions of the same offer and region out of the cache.
        """
        if not self.is_remote:
            return
        offer, _, region = _parts(path)
        for other in self.cache.glob(f"{offer}-2*-{region}.csv"):
            if other != self._cached(path):
                remove(other)

    def _fetch(self, path: str, whole: Path) -> None:
        problem = ""
        for turn in range(MAX_TRIES):
            if turn:
                self.wait(2.0 ** (turn - 1))
            try:
                if self._once(path, whole):
                    return
                problem = f"{host_of(self.root)} broke off {path}"
            except _RefusedError:
                raise
            except OutsideStateError as error:
                problem = str(error)
        msg = f"{problem}. The old prices stay; {size_of(part_of(whole)):,} bytes are kept, and the next run goes on from there"
        raise OutsideStateError(msg)

    def _once(self, path: str, whole: Path) -> bool:
        """
        Fetch what is missing; returns whether all of it is there now.
        """
        url, part = self._url(path), part_of(whole)
        told = noted(notes_of(part), url)
        mark, have = told.get("mark"), size_of(part)
        resume = bool(have and mark)
        headers = {"Range": f"bytes={have}-", "If-Range": str(mark)} if resume else {}
        with opened(url, headers=headers, timeout=TIMEOUT_S, deadline=DEADLINE_S) as answer:
            if answer.status == _NOT_THAT_RANGE or (answer.status == _PARTIAL and not goes_on(answer, have, mark)):
                remove(part)
                return False
            if answer.status in _BUSY:
                raise self._refusal(answer, path)
            if answer.status not in (_OK, _PARTIAL):
                raise _RefusedError(str(self._refusal(answer, path)))
            start = have if answer.status == _PARTIAL else 0
            size = full_size(answer, start)
            if size is not None and size > MAX_FILE:
                msg = f"{host_of(self.root)} offers {path} with {size:,} bytes, more than {MAX_FILE:,}"
                raise _RefusedError(msg)
            note(notes_of(part), {"url": url, "mark": mark_of(answer), "size": size})
            done = self._save(answer, part, start, size, path)
        if size is not None and done != size:
            return False
        note(notes_of(whole), {"url": url, "size": size})
        part.replace(whole)
        notes_of(part).unlink(missing_ok=True)
        return True

    def _save(self, answer: HTTPResponse | HTTPError, part: Path, start: int, size: int | None, path: str) -> int:
        name, done = _parts(path)[0], start
        with part.open("ab" if start else "wb") as file:
            while chunk := answer.read(_CHUNK):
                try:
                    file.write(chunk)
                    file.flush()
                except OSError as error:
                    raise self._full(error, path) from None
                done += len(chunk)
                if done > (MAX_FILE if size is None else size):
                    msg = f"{host_of(self.root)} sends more of {path} than it said"
                    raise _RefusedError(msg)
                self.progress(name, done, size)
        return done

    def _url(self, path: str) -> str:
        return self.root.rstrip("/") + path

    def _cached(self, path: str) -> Path:
        return self.cache / f"{'-'.join(_parts(path))}.csv"

    def _read_folder(self, path: str) -> bytes:
        try:
            with self._in_folder(path).open("rb") as file:
                return file.read(MAX_INDEX)
        except OSError as error:
            text = f"the file cannot be read: {(error.strerror or 'unknown reason').lower()}"
            raise InvalidInputError((of_file(str(self._in_folder(path)), UNREADABLE, text),)) from None

    def _in_folder(self, path: str) -> Path:
        found = Path(self.root) / path.lstrip("/")
        if not found.is_file():
            hint = "a folder holds the files under AWS's own paths"
            raise InvalidInputError((of_file(str(found), UNREADABLE, "the file does not exist", hint=hint),))
        return found

    def _full(self, error: OSError, path: str) -> OutsideStateError:
        return _RefusedError(f"{self.cache} cannot take the file {path}: {(error.strerror or 'unknown reason').lower()}")

    def _refusal(self, answer: HTTPResponse | HTTPError, path: str) -> OutsideStateError:
        if answer.headers.get("location"):
            return OutsideStateError(f"{host_of(self.root)} sends {path} to another address, which is not followed")
        return OutsideStateError(f"{host_of(self.root)} answers {path} with status {answer.status}")


class _RefusedError(OutsideStateError):
    """
    The same question has the same answer.
    """


def _parts(path: str) -> tuple[str, str, str]:
    """
    Return offer, version and region of ".../<Offer>/<version>/<region>/index.csv".
    """
    offer, version, region = path.split("/")[-4:-1]
    return offer, version, region
