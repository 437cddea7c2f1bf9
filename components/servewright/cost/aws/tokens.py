"""
Pulumi's type tokens of AWS resources, written short: "lb/Listener" is `aws:lb/listener:Listener`.
"""

from __future__ import annotations


def aws_types(module: str, names: str) -> tuple[str, ...]:
    """
    Return the tokens of the resources *names*, separated by blanks, of *module*.

    >>> aws_types("iam", "Role RolePolicy")
    ('aws:iam/role:Role', 'aws:iam/rolePolicy:RolePolicy')
    """
    return tuple(f"aws:{module}/{name[0].lower()}{name[1:]}:{name}" for name in names.split())
