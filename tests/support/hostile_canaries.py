"""
Made-up secrets of every known form, and every place where somebody might leave one.
"""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzz_inputs import IMAGES, LOCK, MODELS, PINNED, TOP, good_beside
from servewright.spec.secret_text import find_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALNUM: Final = string.ascii_letters + string.digits


def _of(chance: Random, alphabet: str, length: int) -> str:
    return "".join(chance.choice(alphabet) for _ in range(length))


def _pem(chance: Random) -> str:
    body = base64.b64encode(chance.randbytes(150)).decode()
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----"


def _high_entropy(chance: Random) -> str:
    # One of ten random texts reads like a name and is not found: that is known (tests/spec/test_secret_text.py), and not tried here.
    while True:
        text = _of(chance, _ALNUM, 40)
        if find_secrets(text):
            return text


FORMS: Final[dict[str, Callable[[Random], str]]] = {
    "hugging face": lambda chance: "hf_" + _of(chance, _ALNUM, 34),
    "openai": lambda chance: "sk-proj-" + _of(chance, _ALNUM, 40),
    "aws key id": lambda chance: "AKIA" + _of(chance, string.ascii_uppercase + string.digits, 16),
    "github": lambda chance: "ghp_" + _of(chance, _ALNUM, 36),
    "gitlab": lambda chance: "glpat-" + _of(chance, _ALNUM, 20),
    "nvidia": lambda chance: "nvapi-" + _of(chance, _ALNUM, 40),
    "slack": lambda chance: "xoxb-" + _of(chance, string.digits, 12) + "-" + _of(chance, _ALNUM, 24),
    "json web token": lambda chance: ".".join(("eyJ" + _of(chance, _ALNUM, 20), "eyJ" + _of(chance, _ALNUM, 40), _of(chance, _ALNUM, 43))),
    "pem": _pem,
    "high entropy": _high_entropy,
    "hexadecimal": lambda chance: _of(chance, "0123456789abcdef", 64),
}
"""
How the secrets look that are found: those of secret_text.py.
"""

WINDOW: Final = 12
"""
So many characters of a secret in a row are a leak: fewer than a reader could use, more than meet by chance.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """
    Files of a folder with a secret in them, the environment, and whether the spec is still good.
    """

    files: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    good: bool = False


def canary(number: int) -> str:
    """
    Return secret *number*: the forms take turns.
    """
    form = [*FORMS.values()][number % len(FORMS)]
    return form(Random(f"canary {number}"))  # noqa: S311 - made up, and the same in every run


def leaked(secret: str, output: str) -> str | None:
    """
    Return the first stretch of *secret* that stands in *output*, None where none does; the frame of a PEM text is no secret.
    """
    body = "".join(line for line in secret.splitlines() if not line.startswith("-----"))
    plain = "".join(output.split())
    windows = (body[at : at + WINDOW] for at in range(len(body) - WINDOW + 1))
    return next((window for window in windows if window in output or window in plain), None)


def _quoted(text: str) -> str:
    # JSON's quotes are YAML's
    return json.dumps(text)


def _spec(top: str = "", **of_model: str) -> Trial:
    return Trial(files={TOP: PINNED + "".join(f"    {name}: {value}\n" for name, value in of_model.items()) + top})


def _based(top: str, base: str, name: str = "base.yaml") -> Trial:
    return Trial(files={TOP: top + PINNED, name: base})


def _beside(name: str, change: Callable[[dict[str, Any]], object]) -> Trial:
    value = json.loads(good_beside(name))
    change(value)
    return Trial(files={TOP: PINNED, name: json.dumps(value, indent=1)})


def _first_word(secret: str) -> str:
    """
    Return *secret* as a name could be written: on one line, without blanks and slashes, not too long for a file.
    """
    lines = [line for line in secret.splitlines() if not line.startswith("-----")]
    return "".join("".join(lines).split()).replace("/", "")[:180]


PLACES: Final[dict[str, Callable[[str], Trial]]] = {
    "comment": lambda s: Trial(files={TOP: "".join(f"# {line}\n" for line in s.splitlines()) + PINNED}, good=True),
    "comment behind a value": lambda s: Trial(
        files={TOP: PINNED + f"owner: team # {s.splitlines()[-2 if len(s) > 300 else 0]}\n"}, good=True
    ),
    "another file": lambda s: Trial(files={TOP: PINNED, ".env": f"HF_TOKEN={s}\n", "notes.yaml": s}, good=True),
    "environment": lambda s: Trial(
        files={TOP: PINNED},
        environment=dict.fromkeys(("HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"), s),
        good=True,
    ),
    "owner": lambda s: _spec(f"owner: {_quoted(s)}\n"),
    "within a text": lambda s: _spec(f"owner: {_quoted(f'the key is {s}, keep it')}\n"),
    "label": lambda s: _spec(f"labels: {{team: {_quoted(s)}}}\n"),
    "label name": lambda s: _spec(f"labels: {{{_quoted(s)}: x}}\n"),
    "field name": lambda s: _spec(f"? {_quoted(s)}\n: 1\n"),
    "a field of its own": lambda s: _spec(f"api_key: {_quoted(s)}\n"),
    "token": lambda s: _spec(token=_quoted(s)),
    "token secret": lambda s: _spec(token=f"{{secret: {_quoted(s)}, key: token}}"),
    "token key": lambda s: _spec(token=f"{{secret: hub, key: {_quoted(s)}}}"),
    "model name": lambda s: _spec(name=_quoted(s)),
    "source": lambda s: Trial(files={TOP: PINNED.replace("meta-llama/Llama-3.2-1B-Instruct", _quoted(s))}),
    "address of a bucket": lambda s: Trial(
        files={TOP: PINNED.replace("meta-llama/Llama-3.2-1B-Instruct", _quoted(f"s3://{s}@bucket/x"))},
    ),
    "a number's place": lambda s: Trial(files={TOP: PINNED.replace("input_tokens: 500", f"input_tokens: {_quoted(s)}")}),
    "a list": lambda s: _spec(f"budgets: {{notify: [a@example.com, {_quoted(s)}]}}\n"),
    "login": lambda s: _spec(
        f"platform: {{operators: {{prometheus: {{existing: {{address: {_quoted(f'http://user:{_first_word(s)}@prom:9090')}}}}}}}}}\n"
    ),
    "twice": lambda s: _spec(f"owner: {_quoted(s)}\nowner: {_quoted(s)}\n"),
    "tag": lambda s: _spec(f"owner: !{_first_word(s)} x\n"),
    "alias": lambda s: _spec(f"owner: *{_first_word(s)}\n"),
    "unclosed text": lambda s: _spec(f'owner: "{s}\n'),
    "unclosed bracket": lambda s: _spec(f"labels: {{a: {_quoted(s)}\n"),
    "no spec at all": lambda s: Trial(files={TOP: s}),
    "a file of variables": lambda s: Trial(files={TOP: f"export HF_TOKEN={s}\n"}),
    "JSON with a comment": lambda s: Trial(files={TOP: f'{{\n  // {s.splitlines()[0]}\n  "owner": {_quoted(s)},\n}}\n'}),
    "name of a missing base": lambda s: Trial(files={TOP: f"extends: {_quoted(_first_word(s) + '.yaml')}\n" + PINNED}),
    "name of a base": lambda s: _based(f"extends: {_quoted(_first_word(s) + '.yaml')}\n", "owner: x\n", _first_word(s) + ".yaml"),
    "name of a bad base": lambda s: _based(f"extends: {_quoted(_first_word(s) + '.yaml')}\n", "owner: [x\n", _first_word(s) + ".yaml"),
    "name of a base with faults": lambda s: _based(
        f"extends: {_quoted(_first_word(s) + '.yaml')}\n", "ownr: x\nbudgets: 5\n", _first_word(s) + ".yaml"
    ),
    "base": lambda s: _based("extends: base.yaml\n", f"owner: {_quoted(s)}\n"),
    "conflict of bases": lambda s: Trial(
        files={TOP: "extends: [a.yaml, b.yaml]\n" + PINNED, "a.yaml": f"owner: {_quoted(s)}\n", "b.yaml": f"owner: {_quoted(s[::-1])}\n"}
    ),
    "comment of a base": lambda s: Trial(
        files={TOP: "extends: base.yaml\n" + PINNED, "base.yaml": "".join(f"# {line}\n" for line in s.splitlines()) + "owner: x\n"},
        good=True,
    ),
    "parameter": lambda s: _based(
        f"extends: [{{from: base.yaml, with: {{p: {_quoted(s)}}}}}]\n", "parameters: {p: {type: string}}\nowner: '${p}'\n"
    ),
    "unknown parameter": lambda s: _based(f"extends: [{{from: base.yaml, with: {{{_quoted(s)}: x}}}}]\n", "owner: x\n"),
    "default of a parameter": lambda s: _based(
        "extends: base.yaml\n", f"parameters: {{p: {{type: string, default: {_quoted(s)}}}}}\nowner: '${{p}}'\n"
    ),
    "description of a parameter": lambda s: _based(
        "extends: base.yaml\n", f"parameters: {{p: {{type: string, default: x, description: {_quoted(s)}}}}}\nowner: '${{p}}'\n"
    ),
    "values of a parameter": lambda s: _based(
        "extends: [{from: base.yaml, with: {p: x}}]\n", f"parameters: {{p: {{type: string, enum: [{_quoted(s)}]}}}}\nowner: '${{p}}'\n"
    ),
    "name of a parameter": lambda s: _based("extends: base.yaml\n", f"owner: '${{{_first_word(s)}}}'\n"),
    "parts that a parameter joins": lambda s: _based(
        f"extends: [{{from: base.yaml, with: {{p: {_quoted(s[:18])}}}}}]\n",
        f"parameters: {{p: {{type: string}}}}\nowner: {_quoted('${p}' + s[18:])}\n",
    ),
    "lock that is none": lambda s: Trial(files={TOP: PINNED, LOCK: s}),
    "lock cut off": lambda s: Trial(files={TOP: PINNED, LOCK: f'{{"lock": {_first_word(s)}'}),
    "field of a lock": lambda s: Trial(files={TOP: PINNED, LOCK: json.dumps({"apiVersion": "servewright.dev/lock/v1", "lock": {s: 1}})}),
    "version of a lock": lambda s: Trial(files={TOP: PINNED, LOCK: json.dumps({"apiVersion": s, "lock": {}})}),
    "rows of models": lambda s: _beside(MODELS, lambda value: value["models"][0].update(notes=s)),
    "row's field": lambda s: _beside(MODELS, lambda value: value["models"][0].update({s: 1})),
    "row's number": lambda s: _beside(MODELS, lambda value: value["models"][0].update(layers=s)),
    "version of the rows": lambda s: _beside(MODELS, lambda value: value.update(apiVersion=s)),
    "rows that are none": lambda s: Trial(files={TOP: PINNED, MODELS: s}),
    "reason of a waiver": lambda s: _beside(IMAGES, lambda value: value["waivers"][0].update(reason=f"{s[:150]} is wanted")),
    "digest of an image": lambda s: _beside(IMAGES, lambda value: value["images"][0].update(digest=s)),
    "name of an image": lambda s: _beside(IMAGES, lambda value: value["images"][0].update(image=s)),
}
"""
Every place, and what lies in the folder of the spec then.
"""
