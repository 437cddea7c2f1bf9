"""
One comment, kept current: the earlier one of ours is written anew, never a second one beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from servewright.errors import GateRefusedError, OutsideStateError
from servewright.remote.code_host import MAX_TRIES

if TYPE_CHECKING:
    from servewright.remote.code_host import CodeHost
    from servewright.remote.comment_threads import Comment, Thread

Outcome = Literal["created", "updated", "as it was", "not needed"]


def publish(host: CodeHost, thread: Thread, body: str, *, worth: bool) -> Outcome:
    """
    Make *body* the comment of ours on *thread*. Its first line finds the earlier one, which must be of the token's own user. Without an
    earlier one it is written where it is *worth* it.

    A host that fails may have taken a new comment all the same: before it is written again the comments are looked through once more.
    """
    status = 0
    for turn in range(MAX_TRIES):
        earlier = _earlier(thread, body.partition("\n")[0])
        if earlier is not None:
            if _same(earlier.body, body):
                return "as it was"
            thread.update(earlier, body)
            return "updated"
        if not worth:
            return "not needed"
        busy = thread.create(body)
        if busy is None:
            return "created"
        status = busy.status
        if turn < MAX_TRIES - 1:
            host.pause(busy, turn)
    msg = f"the comment was not taken, {MAX_TRIES} times over (status {status}): run it again later"
    raise OutsideStateError(msg)


def expect_head(thread: Thread, commit: str) -> None:
    """
    Refuse a request whose head is another commit than *commit*, the one that was looked at.
    """
    found = thread.head()
    if found != commit:
        msg = f"its head is {found[:40] or 'unknown'}, not the expected {commit}: nothing was posted"
        raise GateRefusedError(msg)


def _earlier(thread: Thread, mark: str) -> Comment | None:
    return next((comment for comment in thread.comments() if comment.own and comment.body.partition("\n")[0].strip() == mark), None)


def _same(stored: str, body: str) -> bool:
    # A host may change line ends and cut the blank end.
    return stored.replace("\r\n", "\n").strip() == body.strip()
