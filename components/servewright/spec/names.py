"""
Text with a form: names, ids and references, and choices from a list, as field types.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from servewright.pins import COMMIT
from servewright.spec.codes import MALFORMED, NOT_A_CHOICE, NOT_BUILT, WRONG_TYPE
from servewright.spec.faults import fault, kind, nearest_hint
from servewright.spec.quantities import Parsed


def parse_text(value: object, wanted: str) -> str:
    """
    Return *value* where it is text.
    """
    if isinstance(value, str):
        return value
    hint = None if isinstance(value, list | dict) else "put it in quotes"
    raise fault(WRONG_TYPE, f"must be {wanted}, this is {kind(value)}", hint)


def text(pattern: str, longest: int, wanted: str, hint: str | None = None) -> Parsed:
    """
    Return the type of texts that match *pattern*, at most *longest* characters; *wanted* says it in words.
    """
    compiled = re.compile(pattern)

    def parse(value: object) -> str:
        given = parse_text(value, wanted)
        if len(given) > longest:
            raise fault(MALFORMED, f"is longer than {longest} characters", f"must be {wanted}")
        if compiled.fullmatch(given) is None:
            raise fault(MALFORMED, f"must be {wanted}", hint)
        return given

    return Parsed(parse, {"type": "string", "pattern": f"^(?:{pattern})$", "maxLength": longest})


def choice(*values: str, later: tuple[str, ...] = ()) -> Parsed:
    """
    Return the type of the words *values*, of which *later* are not built yet.
    """

    def parse(value: object) -> str:
        given = parse_text(value, f"one of {', '.join(values)}")
        if given not in values:
            raise fault(NOT_A_CHOICE, "not a value of this field", nearest_hint(given, values))
        if given in later:
            built = [value for value in values if value not in later]
            raise fault(NOT_BUILT, f"{given} is not built yet", f"built: {', '.join(built)}")
        return given

    return Parsed(parse, {"enum": list(values)})


def parse_source(value: object) -> str:
    """
    Return a Hugging Face id ("org/model") or an s3:// address.
    """
    given = parse_text(value, "a Hugging Face id (org/model) or an s3:// address")
    if given.startswith(("https://huggingface.co/", "http://huggingface.co/", "hf://", "huggingface.co/")):
        parts = [part for part in given.split("://")[-1].split("/") if part not in ("", "huggingface.co")]
        raise fault(MALFORMED, "must be the id, not the address of its page", f"write {'/'.join(parts[:2])}")
    if given.startswith(("./", "../", "/", "~", "file://")):
        raise fault(MALFORMED, "a path on one machine cannot be served", "upload the weights and give their s3:// address")
    if len(given) > _MAX_SOURCE or not (_HUB_ID.fullmatch(given) or _S3.fullmatch(given)) or "--" in given or ".." in given:
        raise fault(MALFORMED, "must be a Hugging Face id (org/model) or an s3:// address")
    return given


_MAX_SOURCE: Final = 512
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
_S3: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()=-]+)*/?")


def parse_node_role(value: object) -> str:
    """
    Return the name of an IAM role; an ARN is refused.
    """
    given = parse_text(value, "the name of an IAM role")
    if given.startswith("arn:"):
        raise fault(MALFORMED, "must be the role's name, not its ARN", f"write {given.rsplit('/', 1)[-1]}")
    if not re.fullmatch(r"[A-Za-z0-9+=,.@_-]{1,64}", given):
        raise fault(MALFORMED, "must be the name of an IAM role: letters, digits and +=,.@_-, at most 64")
    return given


def parse_zone(value: object) -> str:
    """
    Return the name of an availability zone ("us-east-1a").
    """
    given = parse_text(value, "the name of a zone")
    if re.fullmatch(r"[a-z]{3,4}[0-9]-az[0-9]{1,2}", given):
        raise fault(MALFORMED, "is the id of a zone, its name is wanted", "zone names end in a letter: us-east-1a")
    if not re.fullmatch(r"[a-z]{2}(-[a-z0-9]+){1,5}[a-z]", given):
        raise fault(MALFORMED, "must be the name of a zone, as us-east-1a")
    return given


DNS_LABEL: Final = r"[a-z]([a-z0-9-]*[a-z0-9])?"
_LABEL_VALUE: Final = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"

StackName = Annotated[
    str, text(DNS_LABEL, 40, "a name of a-z, 0-9 and -, beginning with a letter and ending in a letter or digit, at most 40 characters")
]
Namespace = Annotated[str, text(DNS_LABEL, 63, "a name of a-z, 0-9 and -, beginning with a letter, at most 63 characters")]
LabelValue = Annotated[str, text(_LABEL_VALUE, 63, "a label value: letters, digits, - _ and ., at most 63 characters")]
Owner = Annotated[str, text(_LABEL_VALUE, 63, "a team name of letters, digits, - _ and ., at most 63 characters (it becomes a label)")]
Source = Annotated[
    str, Parsed(parse_source, {"type": "string", "maxLength": _MAX_SOURCE, "examples": ["meta-llama/Llama-3.3-70B-Instruct"]})
]
Commit = Annotated[str, text(COMMIT.pattern, 40, "a commit id: 40 hexadecimal digits in lower case")]
Revision = Annotated[
    str, text(r"[A-Za-z0-9][A-Za-z0-9._/-]*", 100, "a revision: a commit id of 40 hexadecimal digits (or a branch or tag, in dev)")
]
Region = Annotated[str, text(r"[a-z]{2}(-[a-z0-9]+){1,4}-[0-9]", 32, "the name of a region, as us-east-1")]
Zone = Annotated[str, Parsed(parse_zone, {"type": "string", "examples": ["us-east-1a"]})]
Account = Annotated[str, text(r"[0-9]{12}", 12, "an AWS account: 12 digits in quotes")]
ClusterName = Annotated[
    str, text(r"[A-Za-z0-9][A-Za-z0-9_-]*", 100, "the name of an EKS cluster: letters, digits, - and _, at most 100 characters")
]
Context = Annotated[str, text(r"[A-Za-z0-9][A-Za-z0-9_.:/@-]*", 253, "the name of a kubeconfig context")]
NodeRole = Annotated[str, Parsed(parse_node_role, {"type": "string", "maxLength": 64})]
DiscoveryTag = Annotated[
    str, text(r"[A-Za-z0-9][A-Za-z0-9_.:/@+-]*=[A-Za-z0-9_.:/@+-]+", 256, "a tag as key=value", "karpenter.sh/discovery=shared-prod")
]
SubnetId = Annotated[str, text(r"subnet-[0-9a-f]{8,17}", 24, "the id of a subnet, as subnet-0a1b2c3d4e5f67890")]
SecurityGroupId = Annotated[str, text(r"sg-[0-9a-f]{8,17}", 20, "the id of a security group, as sg-0a1b2c3d4e5f67890")]
KubernetesName = Annotated[str, text(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", 253, "the name of a Kubernetes object: a-z, 0-9, - and .")]
SecretKey = Annotated[str, text(r"[A-Za-z0-9._-]+", 253, "a key of a Secret: letters, digits, - _ and .")]
Address = Annotated[
    str,
    text(
        r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?",
        253,
        "an address without credentials, as http://prometheus.monitoring:9090",
    ),
]
Email = Annotated[
    str,
    text(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+",
        254,
        "an e-mail address",
    ),
]
GpuName = Annotated[str, text(r"[A-Za-z0-9][A-Za-z0-9 ._-]*", 64, "the name of a GPU, as H100")]
InstanceTypeName = Annotated[str, text(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", 64, "an instance type, as p5.48xlarge")]
Version = Annotated[str, text(r"v?[0-9]+(\.[0-9]+){0,3}([A-Za-z0-9.+-]{0,32})", 64, "a version in quotes")]
Timezone = Annotated[str, text(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", 64, "the name of a time zone, as Europe/Berlin")]

Environment = Annotated[Literal["dev", "staging", "prod"], choice("dev", "staging", "prod")]
Task = Annotated[Literal["generate", "embed", "rerank"], choice("generate", "embed", "rerank")]
Priority = Annotated[Literal["cost", "latency", "throughput", "balanced"], choice("cost", "latency", "throughput", "balanced")]
PRECISIONS: Final = ("auto", "bf16", "fp16", "fp8", "nvfp4", "mxfp4", "int8", "int4-awq", "int4-gptq")
Precision = Annotated[str, choice(*PRECISIONS)]


LABEL_KEY: Final = re.compile(rf"([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?{_LABEL_VALUE}")
MAX_LABEL_KEY: Final = 63
RESERVED_LABELS: Final = ("kubernetes.io", "k8s.io", "karpenter.sh", "karpenter.k8s.aws", "servewright.dev", "amazonaws.com")
