"""
Resources of other Pulumi providers that run nothing at AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from servewright.cost.model import NotPriced
from servewright.cost.registry import Priced, free, prices

if TYPE_CHECKING:
    from servewright.cost.records import ResourceRecord
    from servewright.cost.registry import Context

_IN_STATE: Final = "made by the engine and kept in the stack's state; nothing of it runs at AWS"
_REFERENCE: Final = "reads outputs of another stack, whose resources are on that stack's bill"

FREE_ELSEWHERE: Final = {
    **{
        f"random:index/random{kind}:Random{kind}": _IN_STATE
        for kind in ("Bytes", "Id", "Integer", "Password", "Pet", "Shuffle", "String", "Uuid")
    },
    "tls:index/certRequest:CertRequest": _IN_STATE,
    "tls:index/locallySignedCert:LocallySignedCert": _IN_STATE,
    "tls:index/privateKey:PrivateKey": _IN_STATE,
    "tls:index/selfSignedCert:SelfSignedCert": _IN_STATE,
    "pulumi:pulumi:StackReference": _REFERENCE,
    "time:index/sleep:Sleep": _IN_STATE,
}

for _type, _reason in FREE_ELSEWHERE.items():
    free(_type, _reason)


@prices("command:local:Command", "command:remote:Command", "command:remote:CopyFile", "command:remote:CopyToRemote")
def price_command(record: ResourceRecord, _context: Context) -> Priced:
    """
    Return that a command is free where it runs; what it makes is seen by nobody and therefore listed.
    """
    listed = NotPriced(what=f"whatever the command {record.name} makes", requests="no record shows it")
    return Priced(free="runs on the machine of whoever deploys, or on one that is billed itself", not_priced=(listed,))
