"""
Price files from a host: whatever breaks on the way, the bytes that are read in the end are those of the host, or nothing is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_server import Reply, by_path, serving
from price_host import PriceHost, at_once, csv_requests
from servewright.errors import InvalidInputError, OutsideStateError
from servewright.offers.index import INDEX
from servewright.remote.offer_files import MAX_TRIES, OfferFiles

HAND = Path(__file__).resolve().parents[1] / "support" / "offer_files"
ELB = "/offers/v1.0/aws/AWSELB/20260305205955/eu-west-1/index.csv"
BYTES = (HAND / ELB.lstrip("/")).read_bytes()


def files(root: str, cache: Path) -> OfferFiles:
    """
    Return the files behind *root*, asked again without waiting.
    """
    return OfferFiles(root=root, cache=cache, wait=at_once)


@settings(max_examples=25, deadline=None)
@given(pieces=st.lists(st.integers(0, len(BYTES) - 1), max_size=MAX_TRIES - 1))
def test_a_broken_download_gives_the_same_bytes(pieces: list[int]) -> None:
    """
    However often and wherever the host breaks off, the file is the host's, byte for byte, and no byte is asked for twice.
    """
    with tempfile.TemporaryDirectory() as cache, serving(PriceHost(folder=HAND, pieces=list(pieces))) as server:
        found = files(server.url, Path(cache)).large(ELB)
        asked = csv_requests(server.requests)

        assert (found.path.read_bytes(), found.complete) == (BYTES, True)
        there = 0
        for request, piece in zip(asked, [*pieces, len(BYTES)], strict=False):
            assert request.headers.get("range", "bytes=0-") == f"bytes={there}-"
            there += min(piece, len(BYTES) - there)


def test_the_next_run_goes_on_where_this_one_ended(tmp_path: Path) -> None:
    """
    After the last try the bytes that came are kept; another run asks for the rest alone, and a third one for nothing.
    """
    with serving(PriceHost(folder=HAND, pieces=[100, 100, 100, 100, 100])) as server:
        with pytest.raises(OutsideStateError, match=r"broke off .*500 bytes are kept"):
            files(server.url, tmp_path).large(ELB)
        assert files(server.url, tmp_path).large(ELB).path.read_bytes() == BYTES
        assert csv_requests(server.requests)[-1].headers["range"] == "bytes=500-"
        asked = len(server.requests)
        assert files(server.url, tmp_path).large(ELB).path.read_bytes() == BYTES
        assert len(server.requests) == asked


@pytest.mark.parametrize("change", ["tag", "ranges", "no tag"])
def test_a_file_that_changed_is_fetched_from_its_beginning(tmp_path: Path, change: str) -> None:
    """
    Another ETag, a host without ranges, one without any mark: never the first half of one file and the second of another.
    """
    host = PriceHost(folder=HAND, pieces=[700], tag=None if change == "no tag" else '"v1"')
    with serving(host) as server:
        once = files(server.url, tmp_path)
        with pytest.raises(OutsideStateError):
            OfferFiles(root=server.url, cache=tmp_path, wait=stop).large(ELB)
        if change == "tag":
            host.tag = '"v2"'
        host.ranges = change != "ranges"

        assert once.large(ELB).path.read_bytes() == BYTES


def stop(_seconds: float) -> None:
    """
    End the run instead of waiting.
    """
    msg = "interrupted"
    raise OutsideStateError(msg)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=404), "status 404"),
        (Reply(status=403), "status 403"),
        (Reply(status=503), "status 503"),
        (Reply(status=302, headers={"Location": "https://elsewhere.example/index.csv"}), "another address"),
        (Reply(status=206, body=b"x", headers={"Content-Range": "bytes 5-5/6"}), "broke off"),
        (Reply(body=b"x", promise=20 * 1024**3), "more than"),
    ],
)
def test_what_the_host_refuses_is_said(tmp_path: Path, reply: Reply, words: str) -> None:
    """
    A status, a redirect, a range nobody asked for, a size beyond the bound: outside state, and no file.
    """
    with serving(by_path({ELB: reply})) as server, pytest.raises(OutsideStateError, match=words):
        files(server.url, tmp_path).large(ELB)

    assert list(tmp_path.glob("*.csv")) == []


def test_only_https_is_spoken_but_on_this_machine(tmp_path: Path) -> None:
    """
    A mirror over plain HTTP could be changed on the way.
    """
    for root in ("http://mirror.example", "ftp://mirror.example"):
        with pytest.raises(OutsideStateError, match="https"):
            files(root, tmp_path).small(INDEX)


def test_an_index_that_is_cut_off_is_outside_state(tmp_path: Path) -> None:
    """
    Fewer bytes than were stated are no index.
    """
    with serving(by_path({INDEX: Reply(body=b"{}", promise=90)})) as server, pytest.raises(OutsideStateError, match="2 bytes"):
        files(server.url, tmp_path).small(INDEX)


def test_a_folder_is_read_in_place(tmp_path: Path) -> None:
    """
    Air-gapped: the same paths in a folder, nothing is copied; a file that is not there is bad input.
    """
    found = files(str(HAND), tmp_path).large(ELB)

    assert (found.path, found.complete) == (HAND / ELB.lstrip("/"), False)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InvalidInputError):
        files(str(HAND), tmp_path).small("/offers/v1.0/aws/AmazonRDS/current/region_index.json")


def test_a_broken_file_and_older_versions_leave_the_cache(tmp_path: Path) -> None:
    """
    What turned out broken is fetched again; of each offer and region one version is kept.
    """
    older = tmp_path / "AWSELB-20250101000000-eu-west-1.csv"
    other = tmp_path / "AWSELB-20250101000000-us-east-1.csv"
    with serving(PriceHost(folder=HAND)) as server:
        place = files(server.url, tmp_path)
        found = place.large(ELB)
        for path in (older, other):
            path.write_text("old", encoding="utf-8")
        place.keep_only(ELB)
        assert [path.exists() for path in (found.path, older, other)] == [True, False, True]
        place.forget(ELB)
        assert not found.path.exists()
        assert place.large(ELB).path.read_bytes() == BYTES


def test_progress_is_told(tmp_path: Path) -> None:
    """
    Name, bytes and size, up to the last one.
    """
    told: list[tuple[str, int, int | None]] = []
    with serving(PriceHost(folder=HAND)) as server:
        OfferFiles(root=server.url, cache=tmp_path, progress=lambda *step: told.append(step)).large(ELB)

    assert told[-1] == ("AWSELB", len(BYTES), len(BYTES))
