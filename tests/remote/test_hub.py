"""
A hub: what it has of a model, and each of its refusals.
"""

from __future__ import annotations

import json

import pytest

from hub_configs import LLAMA_8B
from local_hub import SHA, HubModel, json_reply, refusal, serving_hub
from local_server import Reply, by_path, serving
from servewright.errors import OutsideStateError
from servewright.remote.hub import CONFIG_BYTES, Hub, NotThereError, refuse_endpoint

TOKEN = "hf_canary0123456789"  # noqa: S105 - made up
ID = "acme/chat"


def test_a_repository_is_read_at_its_commit() -> None:
    """
    The file comes from the commit that the info names, whatever the newest one is a moment later.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B)}) as server:
        found = Hub(endpoint=server.url + "/").repository(ID, None)

    assert json.loads(found.config) == LLAMA_8B
    assert found.url == f"{server.url}/{ID}/resolve/{SHA}/config.json"
    assert [request.path for request in server.requests] == [f"/api/models/{ID}", f"/{ID}/resolve/{SHA}/config.json"]


def test_a_revision_is_asked_for() -> None:
    """
    A branch leads to its commit; one that is not there is said.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B)}) as server:
        hub = Hub(endpoint=server.url)

        assert hub.repository(ID, "main").info["sha"] == SHA
        with pytest.raises(NotThereError, match="revision"):
            hub.repository(ID, "f" * 40)
        with pytest.raises(NotThereError, match="revision"):
            hub.repository(ID, "feature/x")

    assert server.requests[-1].path == f"/api/models/{ID}/revision/feature%2Fx"


def test_what_is_not_there_is_told_apart() -> None:
    """
    No repository and no config.json in it are two things.
    """
    with serving_hub({ID: HubModel(config=None)}) as server:
        with pytest.raises(NotThereError, match="file"):
            Hub(endpoint=server.url).repository(ID, None)
        with pytest.raises(NotThereError, match="repository"):
            Hub(endpoint=server.url).repository("acme/none", None)
        assert Hub(endpoint=server.url).weights_index(ID, SHA) is None


@pytest.mark.parametrize("token", [None, "hf_wrong"])
def test_a_gated_model_says_how_to_get_in(token: str | None) -> None:
    """
    A hub answers 401 with and without a wrong token: the message names the page of the terms and HF_TOKEN.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B, token=TOKEN)}) as server, pytest.raises(OutsideStateError) as caught:
        Hub(endpoint=server.url, token=token).repository(ID, None)

    assert str(caught.value) == f"{ID} is gated: accept its terms at {server.url}/{ID}, then give a token of that account in HF_TOKEN"


def test_the_right_token_opens_it() -> None:
    """
    With the token of an account that has access, the file is read.
    """
    with serving_hub({ID: HubModel(config=LLAMA_8B, token=TOKEN)}) as server:
        assert json.loads(Hub(endpoint=server.url, token=TOKEN).repository(ID, None).config) == LLAMA_8B


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(status=401), "shows acme/chat to nobody without a token"),
        (Reply(status=403), "shows acme/chat to nobody without a token"),
        (refusal(403, "GatedRepo"), "is gated"),
        (Reply(status=429, headers={"Retry-After": "120"}), "asks to wait 120 s"),
        (Reply(status=429, headers={"Retry-After": "soon"}), "asks to wait before"),
        (Reply(status=500), "status 500"),
        (Reply(status=302), "status 302"),
        (Reply(body=b"<html>login</html>"), "something else than JSON"),
        (Reply(body=b"[]"), "something else than JSON"),
        (Reply(body=b"[" * 100_000), "something else than JSON"),
        (Reply(body=b'{"sha": "', promise=4000), "broke off"),
        (Reply(body=b"x" * (9 * 1024 * 1024)), "more than the"),
    ],
    ids=lambda value: f"{value.status} {value.body[:10]!r}" if isinstance(value, Reply) else "",
)
def test_each_refusal_has_its_words(reply: Reply, said: str) -> None:
    """
    Whatever a hub answers, the message says what to make of it.
    """
    with serving(lambda _: reply) as server, pytest.raises(OutsideStateError, match=said):
        Hub(endpoint=server.url).repository(ID, None)


def test_a_token_without_access_is_said() -> None:
    """
    With a token the same status means something else.
    """
    with serving(lambda _: Reply(status=403)) as server, pytest.raises(OutsideStateError, match="to the token in HF_TOKEN") as caught:
        Hub(endpoint=server.url, token=TOKEN).repository(ID, None)

    assert TOKEN not in str(caught.value)


def test_a_config_of_many_megabytes_is_not_read() -> None:
    """
    The config.json is bounded by itself.
    """
    pages = {f"/api/models/{ID}": json_reply({"sha": SHA}), f"/{ID}/resolve/{SHA}/config.json": Reply(body=b"x" * (CONFIG_BYTES + 1))}
    with serving(by_path(pages)) as server, pytest.raises(OutsideStateError, match="more than the 1,048,576 bytes"):
        Hub(endpoint=server.url).repository(ID, None)


def test_a_commit_that_is_none_is_not_trusted() -> None:
    """
    A hub that names no commit is asked for its newest file.
    """
    pages = {f"/api/models/{ID}": json_reply({"sha": "../../../x"}), f"/{ID}/resolve/main/config.json": json_reply(LLAMA_8B)}
    with serving(by_path(pages)) as server:
        assert Hub(endpoint=server.url).repository(ID, None).url.endswith(f"/{ID}/resolve/main/config.json")


@pytest.mark.parametrize("token", ["two\r\nX-Other: 1", "with space", "umlaut-\u00fc", "x" * 600])
def test_a_token_that_is_none_is_not_sent(token: str) -> None:
    """
    A line break in HF_TOKEN would be a header of its own: it is refused, unseen.
    """
    with serving(lambda _: Reply()) as server, pytest.raises(OutsideStateError, match="HF_TOKEN holds characters") as caught:
        Hub(endpoint=server.url, token=token).repository(ID, None)

    assert server.requests == []
    assert token not in str(caught.value)


@pytest.mark.parametrize(
    ("endpoint", "fine"),
    [
        ("https://huggingface.co", True),
        ("https://hub.example:8443/mirror/", True),
        ("http://127.0.0.1:8080", True),
        ("http://hub.example", False),
        ("https://user:password@hub.example", False),
        ("https://hub.example?x=1", False),
        ("https://hub.example:99999", False),
        ("hub.example", False),
        ("file:///etc", False),
        ("", False),
    ],
)
def test_the_address_of_a_hub_is_checked(endpoint: str, fine: bool) -> None:  # noqa: FBT001
    """
    A hub is an https address without anything secret in it, or one on this machine.
    """
    assert (refuse_endpoint(endpoint) is None) is fine
