"""
What the internet sees of a stack, as field types: a host name, the ARN of its certificate, ranges of addresses.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Final

from servewright.spec.codes import MALFORMED
from servewright.spec.faults import fault
from servewright.spec.names import parse_text, text
from servewright.spec.quantities import Parsed

_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
CERTIFICATE: Final = re.compile(
    r"arn:aws(?:-cn|-us-gov)?:acm:([a-z]{2}(?:-[a-z0-9]+){1,4}-[0-9]):[0-9]{12}:certificate/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
"""
The ARN of a certificate in ACM, with its region: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html
"""

_CERTIFICATE_FORM: Final = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


def parse_certificate(value: object) -> str:
    """
    Return the ARN of a certificate in ACM; the certificate itself never stands in a spec.
    """
    given = parse_text(value, "the ARN of a certificate in ACM")
    if CERTIFICATE.fullmatch(given) is None:
        raise fault(MALFORMED, "must be the ARN of a certificate in ACM", _CERTIFICATE_FORM)
    return given


def parse_range(value: object) -> str:
    """
    Return a range of addresses in CIDR notation, as the network itself is written.
    """
    given = parse_text(value, "a range of addresses, as 203.0.113.0/24")
    _, slash, _ = given.partition("/")
    try:
        network = ip_network(given, strict=False)
    except ValueError:
        raise fault(MALFORMED, "must be a range of addresses, as 203.0.113.0/24") from None
    if not slash:
        raise fault(MALFORMED, "must be a range of addresses, this is one address", f"write {network}")
    if given != str(network):
        raise fault(MALFORMED, "must be written as its network is", f"write {network}")
    return given


HostName = Annotated[
    str, text(rf"{_LABEL}(\.{_LABEL})+", 253, "a host name of at least two parts, as models.example.com: a-z, 0-9, - and dots, no wildcard")
]
Certificate = Annotated[
    str, Parsed(parse_certificate, {"type": "string", "pattern": f"^(?:{CERTIFICATE.pattern})$", "examples": [_CERTIFICATE_FORM]})
]
AddressRange = Annotated[str, Parsed(parse_range, {"type": "string", "maxLength": 49, "examples": ["203.0.113.0/24"]})]
