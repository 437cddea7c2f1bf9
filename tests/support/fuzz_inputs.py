"""
Seeded bad and good inputs: the files of one folder each, the same for the same number for ever.

Every good spec is pinned to few instance types, so that the inputs that stay valid are planned in tenths of a second.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any, Final

import yaml

from fuzz_mutations import any_tree, in_text, in_tree, in_values, places
from spec_texts import FULL, MINIMAL

if TYPE_CHECKING:
    from collections.abc import Mapping

TOP: Final = "spec.yaml"
LOCK: Final = "spec.lock.json"
MODELS: Final = "servewright.models.json"
IMAGES: Final = "servewright.images.json"
OWN_MODEL: Final = "acme/own-1b"

PINNED: Final = MINIMAL + "    hardware: {instance_types: [g6.xlarge]}\n"

MIX: Final = """\
name: mix
environment: staging
owner: team
platform: {region: us-east-1, zones: [us-east-1a, us-east-1b], operators: install}
models:
  - name: chat
    source: Qwen/Qwen2.5-1.5B-Instruct
    revision: 989aa7980e4cf806f80c7fef2b1adb7bc71aa306
    traffic: {requests_per_second: 20, input_tokens: 800, output_tokens: 200, profile: business-hours, timezone: Europe/Berlin}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
    hardware: {instance_types: [g6.xlarge]}
  - name: small
    source: meta-llama/Llama-3.2-1B-Instruct
    revision: 9213176726f574b556790deb65791e0c5aa438b6
    traffic: {requests_per_second: 3, input_tokens: 500, output_tokens: 100}
    slo: {ttft_p95: 800ms, itl_p95: 50ms}
    hardware: {instance_types: [g6.xlarge]}
capacity:
  base: {purchase: reserved, share: 50%, term: 1y, payment: no-upfront, rate: 0.5 USD/h}
  burst: {purchase: spot, fallback: {purchase: on-demand, max_share: 50%}}
"""
"""
Two models on shared pools, a reserved base, a spot burst, operators installed.
"""

RESERVATION: Final = PINNED + "capacity: {base: {purchase: {capacity-reservation: {id: cr-0a1b2c3d4e5f67890}}, share: 100%}}\n"
BLOCK: Final = PINNED + "capacity: {base: {purchase: {capacity-block: {id: cr-0a1b2c3d4e5f67890}}, rate: 35.10 USD/h}}\n"

EXTENDED: Final = {
    TOP: "extends: [{from: base.yaml, with: {rate: 2, owner: team}}, more.yaml]\nenvironment: dev\n",
    "base.yaml": "parameters: {rate: {type: number, minimum: 0.1}, owner: {type: string, default: nobody}}\nowner: ${owner}-a\n"
    + PINNED.replace("requests_per_second: 2", "requests_per_second: '${rate}'"),
    "more.yaml": "labels: {cost-center: '4711'}\nbudgets: {monthly: 500 USD}\n",
}

SPECS: Final = {"pinned": PINNED, "full": FULL, "mix": MIX, "reservation": RESERVATION, "block": BLOCK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """
    One input: its *kind*, and *files* by name, of which spec.yaml is the spec.
    """

    kind: str
    files: Mapping[str, bytes]


_BOMB: Final = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
_MODEL: Final = yaml.safe_load(MINIMAL)["models"][0]

HEAVY: Final[dict[str, Callable[[], dict[str, str]]]] = {
    "fifty megabytes": lambda: {TOP: MINIMAL + "# " + "x" * 50_000_000},
    "alias bomb": lambda: {TOP: _BOMB + MINIMAL},
    "twenty thousand brackets": lambda: {TOP: "a: " + "[" * 20_000},
    "twenty thousand closed brackets": lambda: {TOP: "a: " + "[" * 20_000 + "]" * 20_000},
    "deep blocks": lambda: {TOP: "\n".join(" " * depth + "a:" for depth in range(1_300))},
    "one long text": lambda: {TOP: MINIMAL + f"owner: {'x' * 1_000_000}\n"},
    "one long key": lambda: {TOP: MINIMAL + f"? {'x' * 1_000_000}\n: 1\n"},
    "many fields": lambda: {TOP: MINIMAL + "".join(f"x{number}: 1\n" for number in range(29_000))},
    "many labels": lambda: {TOP: MINIMAL + "labels: {" + ", ".join(f"x{number}: '{number}'" for number in range(29_000)) + "}\n"},
    "many models": lambda: {TOP: json.dumps({"models": [{**_MODEL, "name": f"m{number}"} for number in range(2_000)]})},
    "five hundred broken models": lambda: {
        TOP: json.dumps({"models": [{**_MODEL, "name": f"m{number}", "replica": 1, "slo": {"ttft_p95": 5}} for number in range(500)]})
    },
    "many anchors": lambda: {TOP: "".join(f"a{number}: &a{number} x\n" for number in range(30_000))},
    "many bases": lambda: (
        {TOP: f"extends: [{', '.join(f'b{n}.yaml' for n in range(16))}]\n" + MINIMAL}
        | {f"b{n}.yaml": f"extends: [{', '.join(f'b{m}.yaml' for m in range(n + 1, 60))}]\n" for n in range(60)}
    ),
    "heavy bases": lambda: (
        {TOP: "extends: [a.yaml, b.yaml, c.yaml]\n" + MINIMAL}
        | {f"{name}.yaml": "labels: {" + ", ".join(f"x{n}: y" for n in range(29_000)) + "}\n" for name in "abc"}
    ),
    "doubling parameters": lambda: {
        TOP: "extends: [{from: a.yaml, with: {p: " + "x" * 900 + "}}]\n" + MINIMAL,
        "a.yaml": "parameters: {p: {type: string}}\nlabels: {a: '" + "${p}" * 250 + "'}\n",
    },
    "heavy lock": lambda: {TOP: PINNED, LOCK: '{"lock": ' + "[" * 500_000},
    "long lock": lambda: {TOP: PINNED, LOCK: json.dumps({"lock": ["x" * 30] * 29_000})},
    "heavy rows": lambda: {TOP: PINNED, MODELS: json.dumps({"apiVersion": "servewright.dev/models/v1", "models": [{}] * 29_000})},
    "large digits": lambda: {TOP: MINIMAL.replace("input_tokens: 500", "input_tokens: " + "9" * 900_000)},
    "large fraction": lambda: {TOP: MINIMAL.replace("800ms", "0." + "9" * 900_000 + "ms")},
}
"""
Files made to exhaust whoever reads them: in size, depth, number and expansion.
"""


def fuzzed(number: int, lock: str) -> Input:
    """
    Return input *number*; *lock* is the text of a good lock of the spec "pinned".
    """
    chance = Random(f"servewright {number}")  # noqa: S311 - the same inputs in every run
    kind = KINDS[number % len(KINDS)]
    return Input(kind=kind, files={name: text.encode("utf-8", "surrogatepass") for name, text in _MADE[kind](chance, lock).items()})


def _text(chance: Random, _: str) -> dict[str, str]:
    return {TOP: in_text(chance.choice([*SPECS.values()]), chance)}


def _tree(chance: Random, _: str) -> dict[str, str]:
    return {TOP: _dumped(in_tree(_parsed(chance.choice([*SPECS])), chance))}


def _values(chance: Random, _: str) -> dict[str, str]:
    return {TOP: _dumped(in_values(_parsed(chance.choice([*SPECS])), chance))}


def _random(chance: Random, _: str) -> dict[str, str]:
    # One of five is nothing but noise
    if chance.random() < 0.2:
        return {TOP: "".join(chr(chance.choice([*range(128), 0x2028, 0xFEFF, 0xD800, 0x1F600])) for _ in range(chance.randint(0, 200)))}
    return {TOP: _dumped({chance.choice(_names()): any_tree(chance, _names()) for _ in range(chance.randint(1, 8))})}


def _extends(chance: Random, _: str) -> dict[str, str]:
    files = dict(EXTENDED)
    # In one of two there are links between any files, in every direction
    for name, text in EXTENDED.items() if chance.random() < 0.5 else ():
        links = [chance.choice([*files, "gone.yaml", "/a", "../x.yaml", "", "${p}"]) for _ in range(chance.randint(0, 3))]
        files[name] = text if "extends" in text else f"{text}extends: {json.dumps(links)}\n"
    changed = chance.choice([*files])
    how = chance.randrange(3)
    if how == 0:
        files[changed] = in_text(files[changed], chance)
    else:
        files[changed] = _dumped((in_tree if how == 1 else in_values)(yaml.safe_load(files[changed]), chance))
    return files


def _lock(chance: Random, lock: str) -> dict[str, str]:
    return {TOP: PINNED, LOCK: _damaged_json(chance, lock)}


def _beside(chance: Random, _: str) -> dict[str, str]:
    name = chance.choice([MODELS, IMAGES])
    return {TOP: PINNED.replace("meta-llama/Llama-3.2-1B-Instruct", OWN_MODEL), name: _damaged_json(chance, good_beside(name))}


_MADE: Final[dict[str, Callable[[Random, str], dict[str, str]]]] = {
    "text": _text,
    "tree": _tree,
    "values": _values,
    "random": _random,
    "extends": _extends,
    "lock": _lock,
    "beside": _beside,
}
KINDS: Final = [*(["text"] * 5), *(["tree"] * 4), *(["values"] * 4), *(["random"] * 2), *(["extends"] * 2), *(["lock"] * 2), "beside"]
"""
Of twenty inputs, how many are of which kind: most faults are in what people write by hand.
"""


def _damaged_json(chance: Random, text: str) -> str:
    how = chance.randrange(4)
    if how == 0:
        return in_text(text, chance)
    return json.dumps((in_tree if how == 1 else in_values)(json.loads(text), chance), indent=1)


def good_beside(name: str) -> str:
    """
    Return a good servewright.models.json or servewright.images.json.
    """
    return json.dumps(_OWN_MODELS if name == MODELS else _OWN_IMAGES)


_OWN_MODELS: Final[dict[str, Any]] = {
    "apiVersion": "servewright.dev/models/v1",
    "models": [
        {
            "hf_id": OWN_MODEL,
            "revision": "a" * 40,
            "kind": "generate",
            "total_params": 1_240_000_000,
            "active_params": 1_240_000_000,
            "layers": 16,
            "hidden": 2048,
            "attention_heads": 32,
            "kv_heads": 8,
            "head_dim": 64,
            "attention": "GQA",
            "sliding_window": 0,
            "window_layers": 0,
            "linear_attention_layers": 0,
            "kv_layers": 16,
            "intermediate": 8192,
            "experts": 0,
            "experts_per_token": 0,
            "vocab": 128_256,
            "max_context": 131_072,
            "tied_embeddings": True,
            "native_format": "bf16",
            "license": "apache-2.0",
            "gated": False,
            "source": "made by hand",
        }
    ],
}
_OWN_IMAGES: Final[dict[str, Any]] = {
    "apiVersion": "servewright.dev/images/v1",
    "images": [{"image": "ghcr.io/acme/tool", "tag": "v1", "digest": "sha256:" + "0" * 64, "platforms": ["linux/amd64"]}],
    "waivers": [{"image": "ghcr.io/acme/other:v2", "reason": "no registry yet", "expires": "2027-01-31"}],
}


@cache
def _parsed(name: str) -> Any:
    # `off` is text in YAML 1.2 and false in the 1.1 of this reader
    return yaml.safe_load(SPECS[name].replace(": off", ": 'off'"))


@cache
def _names() -> list[str]:
    return sorted({str(path[-1]) for name in SPECS for path in places(_parsed(name))} | {"extends", "parameters", "x"})


def _dumped(tree: Any) -> str:
    return str(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))
