"""
servewright cost: the bill alone.
"""

from __future__ import annotations

from servewright.cli.arguments import AsJson, AsOf, Spec, parse_as_of
from servewright.cli.console import output, write
from servewright.cli.failures import answering


def cost(spec: Spec, *, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """
    Show the bill of SPEC, line by line.

    What the resources would cost a month as min, expected and max, with the source and the date of each price.
    """
    clock = parse_as_of(as_of)
    with answering(as_json=as_json):
        from servewright.pipeline import priced_file  # noqa: PLC0415 - --help stays fast
        from servewright.report.export import bill_document, to_json  # noqa: PLC0415
        from servewright.report.text import show_cost  # noqa: PLC0415

        made = priced_file(spec, clock)
        if as_json:
            write(to_json(bill_document(made)))
        else:
            show_cost(output(), made, spec=str(spec))
