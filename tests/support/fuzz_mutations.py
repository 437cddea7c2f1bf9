"""
Damage to a good document, by a seeded source of chance: in its text, in its tree, in its values.

The three find different faults: text breaks the reader, trees break what reads fields, values break rules, arithmetic and planner.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from random import Random

Step = str | int
Path = tuple[Step, ...]

_YAML: Final = [":", ": ", "- ", "{", "}", "[", "]", ",", "'", '"', "&a ", "*a", "!t ", "!!python/object:x ", "<<: *a", "#", "|", ">", "?"]
_ODD: Final = [
    "\n",
    "  ",
    "\t",
    "---\n",
    "...\n",
    "%YAML 9\n",
    "\\",
    "\x00",
    "\x1b[2J",
    "\u2028",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\U0001f600",
]
_WORDS: Final = ["é", "null", "~", ".nan", "1e999", "0x1f", "${p}", "$${", "models:\n", "name: x\n", "extends: a.yaml\n"]
_SIGNS: Final = [*_YAML, *_ODD, *_WORDS]
_NUMBERS: Final = [0, -1, 1, 2, 3, 7, 16, 63, 64, 65, 1000, 1001, 10**6, 10**7, 10**9, 10**30, 0.0, -0.0, 1e-9, 0.5, 2.5, 1e308, 1e-320]
_ODD_NUMBERS: Final = [float("nan"), float("inf"), float("-inf"), True, False]
_LIKE: Final[dict[str, str]] = {
    r"[0-9.]+(ms|s|m)": "0ms|0.1ms|1ms|20ms|800ms|0.8s|10m|11m|1h|30d",
    r"[0-9.]+%": "0%|0.0001%|1%|50%|99.999%|100%|101%|-5%|1e3%",
    r"[0-9.]+ USD": "0 USD|0.01 USD|1 USD|1e9 USD|1000000000 USD|5 EUR",
    r"[0-9.]+ USD/h": "0 USD/h|0.000001 USD/h|35.10 USD/h|100000 USD/h",
    r"[a-z0-9-]+\.[0-9a-z]*(xlarge|large|nano)": "g6.xlarge|g6.12xlarge|p5.48xlarge|g7e.2xlarge|t3.nano|m7i.large|inf2.xlarge",
    r"[a-z]+-[a-z]+-[0-9][a-z]?": "us-east-1|us-east-1a|us-east-1b|us-east-1f|eu-west-1|ap-northeast-3|use1-az1",
    r"[\w.-]+/[\w.-]+": "meta-llama/Llama-3.2-1B-Instruct|Qwen/Qwen2.5-1.5B-Instruct|BAAI/bge-m3|Europe/Berlin|x/y",
    r"[0-9a-f]{40}": f"{'0' * 40}|{'f' * 40}|989aa7980e4cf806f80c7fef2b1adb7bc71aa306|main",
    r"(spot|on-demand|reserved|existing|install)": "spot|on-demand|reserved|existing|install|off",
    r"(dev|staging|prod)": "dev|staging|prod",
    r"(steady|business-hours)": "steady|business-hours|evenings|batch-nights",
    r"(auto|bf16|fp8|native|online|checkpoint)": "auto|bf16|fp8|fp16|int8|nvfp4|int4-awq|fp32|native|online|checkpoint",
    r"(cost|balanced|generate)": "cost|latency|throughput|balanced|generate|embed|rerank",
    r"(L4|l4|H100|a100-40)": "L4|l4|H100|h100|a10g|a100-40|t4|t4g|b200|gb200|mi300x",
    r"--.*": "--trust-remote-code|--shutdown-timeout=x|--shutdown-timeout=999|--port=$(HOME)|--|-c",
}
"""
By how a text looks: others of the same look, at and beyond the bounds.
"""

_TEXTS: Final = [
    *("", " ", "x", "off", "on", "null", "none", "1y", "3y", "5y", "80GiB", "no-upfront", "all-upfront", "UTC", "../x", "a.yaml"),
    *("${rate}", "$${", "a" * 64, "9" * 40, "chat", "chat-base", "s3://bucket/meta-llama/Llama-3.2-1B-Instruct", "1.34", "0.31.0"),
    "cr-0123456789abcdef0",
    *(text for like in _LIKE.values() for text in like.split("|")),
]


def in_text(text: str, chance: Random) -> str:
    """
    Return *text* with one to four slips: signs put in, stretches taken out, doubled, or brought somewhere else.
    """
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randint(0, len(text)), chance.choice([0, 1, 1, 3, 12, 60])
        cut = text[at : at + length]
        kind = chance.randrange(4)
        if kind == 0:
            text = text[:at] + chance.choice(_SIGNS) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + length :]
        elif kind == 2:
            text = text[:at] + cut + text[at:]
        else:
            rest = text[:at] + text[at + length :]
            to = chance.randint(0, len(rest))
            text = rest[:to] + cut + rest[to:]
    return text


def in_tree(tree: Any, chance: Random) -> Any:
    """
    Return *tree* with one to three parts taken out, doubled, wrapped, renamed, or put where another one was.
    """
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 3)):
        found = places(tree)
        if found:
            _move(tree, chance.choice(found), found, chance)
    return tree


def in_values(tree: Any, chance: Random) -> Any:
    """
    Return *tree* with one to three of its values replaced: mostly by one of the same kind that lies at or beyond a bound.
    """
    tree = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 3)):
        leaves = [path for path in places(tree) if not isinstance(at_path(tree, path), dict | list)]
        if leaves:
            path = chance.choice(leaves)
            put(tree, path, _other(at_path(tree, path), chance))
    return tree


def any_tree(chance: Random, names: list[str], depth: int = 4) -> Any:
    """
    Return a value of any form, whose fields are mostly called like *names*.
    """
    kind = chance.choice(["text", "text", "number", "nothing", "signs", *(["list", "fields", "fields"] if depth else [])])
    if kind == "list":
        return [any_tree(chance, names, depth - 1) for _ in range(chance.randint(0, 3))]
    if kind == "fields":
        return {chance.choice(names): any_tree(chance, names, depth - 1) for _ in range(chance.randint(1, 5))}
    if kind == "signs":
        return "".join(chance.choice(_SIGNS) for _ in range(chance.randint(0, 4)))
    plain: dict[str, list[Any]] = {"text": _TEXTS, "number": [*_NUMBERS, *_ODD_NUMBERS], "nothing": [None, True, False, "", []]}
    return chance.choice(plain[kind])


def places(tree: Any, path: Path = ()) -> list[Path]:
    """
    Return the paths of all that stands in *tree*, the top left out.
    """
    entries: list[tuple[Step, Any]] = []
    if isinstance(tree, dict):
        entries = list(tree.items())
    elif isinstance(tree, list):
        entries = list(enumerate(tree))
    found = [path] if path else []
    for step, entry in entries:
        found += places(entry, (*path, step))
    return found


def at_path(tree: Any, path: Path) -> Any:
    """
    Return what stands at *path*.
    """
    for step in path:
        tree = tree[step]
    return tree


def put(tree: Any, path: Path, value: Any) -> None:
    """
    Put *value* to *path*.
    """
    at_path(tree, path[:-1])[path[-1]] = value


def _move(tree: Any, path: Path, found: list[Path], chance: Random) -> None:
    parent, last, value = at_path(tree, path[:-1]), path[-1], at_path(tree, path)
    kind = chance.randrange(6)
    if kind == 0:
        del parent[last]
    elif kind == 1:
        parent[last] = [value] if chance.random() < 0.5 else {"x": value}
    elif kind == 2:
        parent[last] = copy.deepcopy(at_path(tree, chance.choice(found)))
    elif isinstance(parent, list):
        parent.append(copy.deepcopy(value))
    else:
        renamed = chance.choice([str(chance.choice(found)[-1]), f"{last}"[:-1], *_SIGNS[-20:]])
        parent[renamed] = parent.pop(last) if kind < 5 else copy.deepcopy(value)


def _other(value: Any, chance: Random) -> Any:
    if chance.random() < 0.15:
        return chance.choice([*_NUMBERS, *_ODD_NUMBERS, *_TEXTS, None, [], {}])
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return chance.choice([*_NUMBERS, value + 1, value - 1, value * 2, -value, value * 1000])
    if isinstance(value, str):
        like = next((texts for pattern, texts in _LIKE.items() if re.fullmatch(pattern, value)), None)
        if like is not None and chance.random() < 0.8:
            return chance.choice(like.split("|"))
        return chance.choice([*_TEXTS, value.upper(), value[:-1], value + value, value + " "])
    return chance.choice(_TEXTS)
