"""
What is wrong with an input, as text and as JSON.
"""

from __future__ import annotations

from dataclasses import replace

from previews import shown
from servewright.diagnostics import Diagnostic
from servewright.report.diagnostics import diagnostics_value, show_diagnostics

FAULT = Diagnostic(
    code="SW204",
    severity="error",
    phase="fields",
    file="stacks/prod.yaml",
    line=14,
    column=7,
    path="models[0].hardware.gpu",
    value='"H1OO"',
    message="not a GPU we know",
    hint="Nearest: H100. All of them: servewright catalog gpus",
)


def text(*diagnostics: Diagnostic) -> str:
    """
    Return the screen at 80 columns.
    """
    return shown(show_diagnostics, diagnostics)


def test_a_fault_is_shown_with_place_code_path_value_and_hint() -> None:
    """
    The whole text of a phase: header, where, what is wrong, what would be right, and the count at the end.
    """
    second = replace(FAULT, line=31, column=16, code="SW117", path="models[1].slo.ttft_p95", value="800", message="needs a unit", hint=None)

    assert text(FAULT, second) == (
        "phase fields: 2 faults, planning did not start\n"
        "\n"
        'stacks/prod.yaml:14:7   SW204  models[0].hardware.gpu = "H1OO"\n'
        "    not a GPU we know\n"
        "    Nearest: H100. All of them: servewright catalog gpus\n"
        "stacks/prod.yaml:31:16  SW117  models[1].slo.ttft_p95 = 800\n"
        "    needs a unit\n"
        "\n"
        "2 faults, nothing written\n"
    )


def test_arithmetic_in_a_hint_keeps_its_columns() -> None:
    """
    The lines of a hint keep their indent and their inner spaces.
    """
    hint = "needs  weights 774,097 + overhead 14,746 = 788,843\n  has    8 × 81,559 × 0.92            = 600,274"

    assert "    needs  weights 774,097 + overhead 14,746 = 788,843\n      has    8 × 81,559 × 0.92            = 600,274\n" in text(
        replace(FAULT, phase="planning", hint=hint)
    )


def test_a_fault_without_a_place_names_the_file_alone() -> None:
    """
    Line 0 means there is no place: the file stands without numbers.
    """
    assert "\nstacks/prod.yaml  SW204  " in text(replace(FAULT, line=0, column=0))


def test_phases_stand_in_their_order() -> None:
    """
    Syntax before fields before planning, whatever the order they come in.
    """
    shown_text = text(replace(FAULT, phase="planning"), replace(FAULT, phase="syntax"))

    assert shown_text.index("phase syntax: 1 fault, fields were not read") < shown_text.index("phase planning: 1 fault\n")


def test_long_and_wild_values_are_cut_and_made_harmless() -> None:
    """
    A value of many lines or with control characters takes one short line.
    """
    line = text(replace(FAULT, value="\x1b[2J" + "a\nb" * 500)).splitlines()[2]

    assert "\x1b" not in line
    assert len(line) < 140
    assert line.endswith("…")


def test_warnings_are_counted_apart() -> None:
    """
    Warnings do not count as faults.
    """
    assert "1 fault, 1 warning, nothing written" in text(FAULT, replace(FAULT, severity="warning"))


def test_the_value_has_every_field_in_order() -> None:
    """
    JSON carries each field under its name.
    """
    assert list(diagnostics_value([FAULT])["diagnostics"][0].values()) == [
        "SW204", "error", "fields", "stacks/prod.yaml", 14, 7, "models[0].hardware.gpu", '"H1OO"', "not a GPU we know", FAULT.hint,
    ]  # fmt: skip
