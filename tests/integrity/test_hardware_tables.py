"""
Invariants of the shipped GPU, instance type and interruption tables; each failure prints the offending row.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from servewright.catalog.load import load_catalog, read_table

CATALOG = load_catalog()


def test_every_gpu_has_one_id_and_no_spelling_names_two() -> None:
    """
    Ids and spellings are unique over all GPUs, so a look-up by either has one answer.
    """
    names = [name for gpu in CATALOG.gpus for name in {gpu.id, *gpu.names}]
    assert len(CATALOG.gpus) == 19
    assert [name for name in names if names.count(name) > 1] == []


def test_every_gpu_can_be_planned_with() -> None:
    """
    A GPU has memory, at least one 16-bit format, a spelling and a source; a GPU of AWS has its bandwidth but T4G and RTX PRO 4500.
    """
    for gpu in CATALOG.gpus:
        assert gpu.usable_memory_mib > 10_000, gpu
        assert gpu.formats & {"bf16", "fp16"}, gpu
        assert gpu.names, gpu
        assert gpu.source, gpu
        assert gpu.memory_bandwidth_tbps is None or gpu.memory_bandwidth_tbps > 0, gpu
    unknown = {gpu.id for gpu in CATALOG.gpus if gpu.memory_bandwidth_tbps is None}
    assert unknown == {"t4g", "rtx-pro-4500"}


def test_a_gpu_without_bf16_units_is_excluded() -> None:
    """
    Types whose GPU computes no bf16 carry an exclusion that says so.
    """
    for gpu in CATALOG.gpus:
        if "bf16" not in gpu.formats:
            for item in CATALOG.instances_with_gpu(gpu.id):
                assert item.excluded is not None, item
                assert "bf16" in item.excluded, item


def test_all_73_accelerator_types_are_there() -> None:
    """
    The facts list 73 accelerator types; names are unique over all types.
    """
    names = [item.name for item in CATALOG.instances]
    assert len(names) == len(set(names))
    assert len([item for item in CATALOG.instances if item.gpu_count]) == 73


def test_gpu_ids_of_instances_resolve() -> None:
    """
    A type has a GPU id exactly when it has GPUs; accelerators of other kinds have none and are excluded.
    """
    for item in CATALOG.instances:
        if item.gpu_id is not None:
            assert CATALOG.gpu(item.gpu_id) is not None, item
            assert item.gpu_count > 0, item
        elif item.gpu_count:
            assert item.excluded is not None, item


def test_a_fraction_of_a_gpu_is_excluded() -> None:
    """
    GPU counts that are no whole number are never planned.
    """
    for item in CATALOG.instances:
        assert item.gpu_count % 1 == 0 or item.excluded, item


def test_allocatable_is_less_than_the_shape() -> None:
    """
    What pods can have is below what the machine has, and known for every type that may be planned.
    """
    for item in CATALOG.instances:
        assert item.source, item
        if item.excluded is None:
            assert item.allocatable_cpu_millicores is not None, item
            assert item.allocatable_memory_mib is not None, item
            assert item.max_pods is not None, item
        if item.allocatable_cpu_millicores is not None and item.allocatable_memory_mib is not None:
            assert 0 < item.allocatable_cpu_millicores < item.vcpu * 1000, item
            assert 0 < item.allocatable_memory_mib < item.memory_mib, item


def test_every_exclusion_of_a_shipped_family_matches_a_type() -> None:
    """
    A pattern that matches nothing is either of a family that we do not list or a typing error.
    """
    not_listed = {"dl*.*", "g4ad.*", "p3*.*", "vt1.*"}
    for row in CATALOG.hardware.exclusions:
        assert row.reason, row
        assert row.source, row
        assert row.pattern in not_listed or any(fnmatchcase(item.name, row.pattern) for item in CATALOG.instances), row


def test_interruption_bands_are_those_of_the_spot_advisor() -> None:
    """
    One band per type and region, of a known type, in the advisor's words.
    """
    rows = list(read_table("interruption_bands.csv"))
    assert len({(row["instance_type"], row["region"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["band"] in {"<5%", "5-10%", "10-15%", "15-20%", ">20%"}, row
        assert CATALOG.instance(row["instance_type"]) is not None, row
        assert row["region"] in CATALOG.regions(), row
