"""
Secrets in a spec: found, refused and masked in everything that is said.

A spec holds only references, {secret, key}. What looks like a secret is masked by its pattern wherever it stands, also in the
diagnostics of other fields and in syntax errors, where no tree exists yet.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from servewright.diagnostics import Diagnostic

MASK: Final = "***"
REFERENCE_FORM: Final = "put it into a Kubernetes Secret and refer to it: {secret: <name>, key: <key>}"

_SHORTEST: Final = 9
_FEW: Final = 5
_TOKENS: Final = (
    r"(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{8,}",  # Hugging Face: https://huggingface.co/docs/hub/security-tokens
    r"sk-(?:(?=[A-Za-z_-]{0,64}[0-9])[A-Za-z0-9_-]{6,}|[A-Za-z0-9_-]{20,})",  # OpenAI, Anthropic, LiteLLM keys
    r"(?:AKIA|ASIA)[A-Z0-9]{12,}",  # AWS key ids: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    r"gh[pousr]_[A-Za-z0-9]{16,}",  # GitHub
    r"github_pat_[A-Za-z0-9_]{16,}",
    r"glpat-[A-Za-z0-9_-]{16,}",  # GitLab
    r"xox[abeoprs]-[A-Za-z0-9-]{8,}",  # Slack
    r"AIza[A-Za-z0-9_-]{20,}",  # Google
    r"nvapi-[A-Za-z0-9_-]{16,}",  # NVIDIA
    r"(?<![_-])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",  # JSON web tokens
)
_PEM: Final = r"-----BEGIN [A-Z ]{0,40}(?:PRIVATE KEY|CERTIFICATE)(?s:.*)"  # to the end of the text
_LOGIN: Final = r"(?<=://)[^/\s:@]{1,256}:[^/\s]{1,256}(?=@)"  # user:password@ in an address
_BARE_LOGIN: Final = (
    r"(?<![^\s\"'(\[{,=])(?!mailto:)[^\s:@/\"'(\[{,=]{1,256}:(?!//)[^\s]{1,256}"
    r"(?=@(?:[A-Za-z0-9.-]{1,253}:[0-9]{1,5}(?![0-9A-Za-z])|(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])))"
)
"""
user:password@ before a host with its port or its domain, without a scheme. Versions of blueprints and digests of images stand behind an @
too, and have neither.
"""

_QUERY: Final = (
    r"(?i:(?<=[?&;])(?:[a-z0-9.]{1,20}[_-]){0,4}"
    r"(?:(?:api|access|auth|account|genie|integration|routing|service|client)?(?:key|token|secret)"
    r"|password|passwd|pwd|passphrase|sig|signature|credentials?)=[^&#\s\"'<>]+)"
)
"""
A parameter of an address that is named like a secret, with its name: a value may be so short that its letters are everywhere.
"""

_HOOKS: Final = (
    r"(?i:(?:hooks\.slack(?:-gov)?\.com|events(?:\.eu)?\.pagerduty\.com/(?:integration|x-ere)|discord(?:app)?\.com/api/webhooks)"
    r"/[^\s\"'<>]+)"
)
"""
Addresses that are secrets themselves: who has one can write. Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks;
the keys of PagerDuty's integrations and of Discord's webhooks stand in their paths.
"""

_AWS: Final = r"(?=[A-Za-z/+]*[0-9])(?=[A-Z0-9/+]*[a-z])(?=[a-z0-9/+]*[A-Z])(?![A-Za-z0-9+]*//)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=.-])"
_KNOWN: Final = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join(_TOKENS)})|(?<![A-Za-z0-9/+.-]){_AWS}|{_PEM}|{_LOGIN}|{_BARE_LOGIN}|{_QUERY}|{_HOOKS}"
)
_RUN: Final = re.compile(r"[A-Za-z0-9]{20,}|(?=[A-Za-z0-9+/=_-]{32})[A-Za-z0-9+/=_-]+")
_LONGEST: Final = 16
_PARTS_PER_CHARACTER: Final = 0.31
"""
Words, acronyms and numbers per character of the longest run of letters and digits; see _random (judgement; tests hold that no model id
of the catalogue reaches it and that 9 of 10 random keys do).
"""
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{32,}(?![0-9A-Za-z])", re.IGNORECASE)
_NAMED: Final = re.compile(
    r"(?:^|[_.-])(?:(?:password|passwd|passphrase|secret|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|credential|webhook|routing[_-]?key)s?|(?<!first_)token)$",
    re.IGNORECASE,
)


_RECEIVER: Final = re.compile(r"(?:^|\.)receivers\[[^\]]*\]\.?([^\[]*)")
_PLAIN_IN_RECEIVER: Final = frozenset(
    ("name", "severities", "slack.channel", "email", "email.to", "email.from", "email.smarthost", "email.username")
)
"""
Fields of a receiver of alerts that may be shown. People write keys and addresses of webhooks into any other.
"""


def find_secrets(text: str, *, digests: bool = False) -> tuple[str, ...]:
    """
    Return the parts of *text* that look like secrets; with *digests*, long hexadecimal numbers are taken for what they say they are.
    """
    if len(text) < _SHORTEST:
        return ()
    found = [match[0] for match in _KNOWN.finditer(text)]
    found += [match[0] for match in _RUN.finditer(text) if _random(match[0])]
    if not digests:
        found += [match[0] for match in _HEX.finditer(text) if len(set(match[0])) > _FEW and not text.endswith("sha256:", 0, match.start())]
    return tuple(found)


def is_digest_field(path: str) -> bool:
    """
    Return True where the field at *path* may hold a commit id or a path with one: hexadecimal digits that are no secret.
    """
    return path.rsplit(".", 1)[-1] in ("revision", "source")


def names_a_secret(path: str) -> bool:
    """
    Return True where a field on *path* has a name under which people put passwords.
    """
    return any(_NAMED.search(name) for name in re.split(r"[.\[\]\"]+", path))


def hides_value(path: str) -> bool:
    """
    Return True where the value at *path* is never shown: its field is named like a secret, or is not known to hold none in a receiver.
    """
    receiver = _RECEIVER.search(path)
    return names_a_secret(path) or (receiver is not None and receiver[1] not in _PLAIN_IN_RECEIVER)


def is_arn(text: str) -> bool:
    """
    Return True where *text* is the ARN of a secret: a reference, no secret.
    """
    return re.match(r"arn:aws[a-z-]*:(?:secretsmanager|ssm):", text) is not None


def is_secret_field(path: str) -> bool:
    """
    Return True where the text at *path* would be a secret itself; `secret` names a Kubernetes Secret.
    """
    last = re.split(r"[.\[\]\"]+", path.rstrip('"]'))[-1]
    return last != "secret" and _NAMED.search(last) is not None


def mask(text: str, *, also: frozenset[str] = frozenset(), digests: bool = False) -> str:
    """
    Return *text* with everything that looks like a secret, and each text in *also*, replaced.
    """
    return hide(text, {*find_secrets(text, digests=digests), *also})


def hide(text: str, secrets: Iterable[str]) -> str:
    """
    Return *text* with each of *secrets* replaced, the longest first.
    """
    for secret in sorted(secrets, key=lambda text: (len(text), text), reverse=True):
        text = text.replace(secret, MASK)
    return text


def printable(text: str) -> str:
    """
    Return *text* with the characters that a terminal would not show, or would act upon, escaped.
    """
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


def shown_name(name: str) -> str:
    """
    Return the name of a field for a message: masked first, then cut to 64 characters.
    """
    safe = printable(mask(name))
    return safe if len(safe) <= _MAX_NAME else safe[:_MAX_NAME] + "…"


_MAX_NAME: Final = 64


def masked(diagnostic: Diagnostic, also: frozenset[str]) -> Diagnostic:
    """
    Return *diagnostic* without any secret in its texts.
    """
    digests = is_digest_field(diagnostic.path)
    return replace(
        diagnostic,
        path=mask(diagnostic.path, also=also),
        value=None if diagnostic.value is None else mask(diagnostic.value, also=also, digests=digests),
        message=mask(diagnostic.message, also=also, digests=digests),
        hint=None if diagnostic.hint is None else mask(diagnostic.hint, also=also, digests=digests),
    )


def _random(run: str) -> bool:
    """
    Return True where *run* mixes letters and digits like a generator, not like a name.

    Names are made of words, acronyms and versions of several characters each, and of separators; a random text of 62 letters and
    digits begins a new such part at about 0.45 of its places.
    """
    longest = max(re.split(r"[^A-Za-z0-9]", run), key=len)
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", longest):
        return False  # judged by its length, as a digest
    return len(longest) >= _LONGEST and len(_PART.findall(longest)) / len(longest) >= _PARTS_PER_CHARACTER


_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
