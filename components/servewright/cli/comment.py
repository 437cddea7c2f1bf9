"""
servewright comment: the bill on a pull request, in one comment that is kept current.
"""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from servewright.cli.console import messages, write
from servewright.cli.failures import answering
from servewright.errors import OutsideStateError
from servewright.pins import COMMIT

if TYPE_CHECKING:
    from servewright.remote.code_host import CodeHost
    from servewright.remote.comment_threads import Thread

_TAG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")
_MAX_TAG: Final = 40
_COMMIT_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_REPO: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_PROJECT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,499}")


class Provider(StrEnum):
    """
    Where pull requests are.
    """

    github = "github"
    gitlab = "gitlab"


def comment(
    diff: Annotated[Path, typer.Argument(metavar="DIFF", help="What servewright diff --json wrote.", show_default=False)],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write the Markdown to standard output and post nothing.")] = False,
    provider: Annotated[Provider | None, typer.Option("--provider", help="Where to post.", show_default=False)] = None,
    repo: Annotated[
        str | None, typer.Option("--repo", metavar="OWNER/NAME", help="GitHub: the repository.", envvar="GITHUB_REPOSITORY")
    ] = None,
    pull_request: Annotated[
        int | None, typer.Option("--pull-request", metavar="N", min=1, help="GitHub: the pull request.", show_default=False)
    ] = None,
    project: Annotated[
        str | None, typer.Option("--project", metavar="ID", help="GitLab: the project, id or path.", envvar="CI_PROJECT_ID")
    ] = None,
    merge_request: Annotated[
        int | None,
        typer.Option("--merge-request", metavar="N", min=1, help="GitLab: the merge request.", envvar="CI_MERGE_REQUEST_IID"),
    ] = None,
    expect_head: Annotated[
        str | None,
        typer.Option("--expect-head", metavar="SHA", help="Post only where this commit is the head of the request.", show_default=False),
    ] = None,
    tag: Annotated[str, typer.Option("--tag", metavar="NAME", help="Which comment, where there are several.")] = "default",
) -> None:
    """
    Post what DIFF says as one comment.

    The comment of an earlier run is written anew. Where nothing changed and no comment stands, none is posted. The token stands in
    GITHUB_TOKEN or GITLAB_TOKEN. The status does not follow the gates: that of servewright diff does.
    """
    _check(tag, expect_head)
    with answering():
        from servewright.cli.diff_file import read_diff  # noqa: PLC0415 - --help stays fast
        from servewright.report import markdown  # noqa: PLC0415

        document = read_diff(diff)
        body = markdown.comment(document, tag=tag)
        if dry_run:
            write(body)
            return
        if provider is None:
            raise typer.BadParameter("is needed to post: github or gitlab; --dry-run writes the text", param_hint="'--provider'")  # noqa: EM101, TRY003
        from servewright.remote.publish import expect_head as refuse_other_head  # noqa: PLC0415
        from servewright.remote.publish import publish  # noqa: PLC0415

        host, thread = _github(repo, pull_request) if provider is Provider.github else _gitlab(project, merge_request)
        if expect_head is not None:
            refuse_other_head(thread, expect_head)
        outcome = publish(host, thread, body, worth=markdown.is_worth_posting(document))
        messages().print(f"comment {tag}: {outcome}", soft_wrap=True)


def _check(tag: str, commit: str | None) -> None:
    if _TAG.fullmatch(tag) is None or len(tag) > _MAX_TAG:
        raise typer.BadParameter("must be of a-z, 0-9 and single dashes, at most 40 characters", param_hint="'--tag'")  # noqa: EM101, TRY003
    if commit is not None and COMMIT.fullmatch(commit) is None and _COMMIT_SHA256.fullmatch(commit) is None:
        raise typer.BadParameter("must be the whole hash of a commit, in lower case", param_hint="'--expect-head'")  # noqa: EM101, TRY003


def _github(repo: str | None, number: int | None) -> tuple[CodeHost, Thread]:
    from servewright.remote.comment_threads import PUBLIC_GITHUB, GitHubThread  # noqa: PLC0415

    if repo is None or _REPO.fullmatch(repo) is None:
        raise typer.BadParameter("must be OWNER/NAME", param_hint="'--repo'")  # noqa: EM101, TRY003
    if number is None:
        raise typer.BadParameter("is needed: the number of the pull request", param_hint="'--pull-request'")  # noqa: EM101, TRY003
    host = _host("GITHUB_API_URL", PUBLIC_GITHUB, "GITHUB_TOKEN")
    return host, GitHubThread(host=host, repo=repo, number=number)


def _gitlab(project: str | None, number: int | None) -> tuple[CodeHost, Thread]:
    from servewright.remote.comment_threads import PUBLIC_GITLAB, GitLabThread  # noqa: PLC0415

    if project is None or _PROJECT.fullmatch(project) is None:
        raise typer.BadParameter("must be the id or the path of a project", param_hint="'--project'")  # noqa: EM101, TRY003
    if number is None:
        raise typer.BadParameter("is needed: the number of the merge request", param_hint="'--merge-request'")  # noqa: EM101, TRY003
    host = _host("CI_API_V4_URL", PUBLIC_GITLAB, "GITLAB_TOKEN")
    return host, GitLabThread(host=host, project=project, number=number)


def _host(variable: str, default: str, token_variable: str) -> CodeHost:
    from servewright.remote.code_host import CodeHost  # noqa: PLC0415

    token = os.environ.get(token_variable)
    if not token:
        msg = f"{token_variable} is not set: the token that may write comments"
        raise OutsideStateError(msg)
    return CodeHost(endpoint=os.environ.get(variable) or default, token=token, variable=token_variable)
