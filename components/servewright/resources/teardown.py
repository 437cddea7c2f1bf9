"""
What holds state is protected: neither a changed spec nor `pulumi destroy` removes it, unless the stack's configuration allows that.
"""

from __future__ import annotations

from typing import Final

import pulumi

CONFIG: Final = "servewright"
ALLOW_TEARDOWN: Final = "allow_teardown"
"""
`pulumi config set servewright:allow_teardown true`, then `pulumi up`: that takes the protection off, and what comes after may remove.
"""


def kept(*, holds_state: bool) -> pulumi.ResourceOptions:
    """
    Return the options of a resource that *holds_state* or does not.
    """
    guarded = holds_state and not pulumi.Config(CONFIG).get_bool(ALLOW_TEARDOWN)
    return pulumi.ResourceOptions(protect=True if guarded else None)
