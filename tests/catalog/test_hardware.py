"""
Look-ups of GPUs and instance types.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from servewright.catalog.load import load_catalog

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("name", "gpu_id"), [("H100", "h100"), ("h100", "h100"), ("A100", "a100-80"), ("A100-80GB", "a100-80"), ("A100-40GB", "a100-40")]
)
def test_a_gpu_is_found_by_id_and_by_every_spelling(name: str, gpu_id: str) -> None:
    """
    "A100" alone means the one with 80 GB.
    """
    gpu = CATALOG.gpu(name)
    assert gpu is not None
    assert gpu.id == gpu_id


@pytest.mark.parametrize("name", ["H1OO", "h-100", "", "NVIDIA H100", "hopper"])
def test_an_unknown_gpu_is_none(name: str) -> None:
    """
    A look-up never guesses: near names are a question of their own.
    """
    assert CATALOG.gpu(name) is None


def test_a_gpu_says_what_it_computes() -> None:
    """
    Ada and Hopper have fp8 units, Ampere has none, Blackwell has fp4; only SXM GPUs talk over NVLink.
    """
    known = {gpu.id: gpu for gpu in CATALOG.gpus}
    assert "fp8" in known["l4"].formats & known["l40s"].formats & known["h100"].formats
    assert "fp8" not in known["a10g"].formats | known["a100-80"].formats
    assert {gpu_id for gpu_id, gpu in known.items() if "fp4" in gpu.formats and gpu.vendor == "NVIDIA"} == {
        "b200",
        "b300",
        "gb200",
        "gb300",
        "rtx-pro-4500",
        "rtx-pro-6000",
    }
    assert {gpu_id for gpu_id, gpu in known.items() if gpu.nvlink} == {
        "a100-40",
        "a100-80",
        "h100",
        "h200",
        "b200",
        "b300",
        "gb200",
        "gb300",
    }
    assert known["l4"].memory_bandwidth_tbps == Decimal("0.3")
    assert known["h100"].usable_memory_mib == 81559


def test_types_with_a_gpu_come_smallest_first() -> None:
    """
    L4: first the fractions (excluded), then one GPU by size, then four and eight.
    """
    names = [item.name for item in CATALOG.instances_with_gpu("l4") if item.excluded is None]
    assert names == [
        "g6.xlarge",
        "g6.2xlarge",
        "g6.4xlarge",
        "gr6.4xlarge",
        "g6.8xlarge",
        "gr6.8xlarge",
        "g6.16xlarge",
        "g6.12xlarge",
        "g6.24xlarge",
        "g6.48xlarge",
    ]
    assert [item.name for item in CATALOG.instances_with_gpu("l4") if item.excluded] == [
        "g6f.large",
        "g6f.xlarge",
        "g6f.2xlarge",
        "g6f.4xlarge",
        "gr6f.4xlarge",
    ]


def test_a_gpu_that_aws_does_not_sell_has_no_types() -> None:
    """
    MI300X is known for its memory and found on no instance; an unknown id has none either.
    """
    assert CATALOG.instances_with_gpu("mi300x") == ()
    assert CATALOG.instances_with_gpu("no-such") == ()


def test_the_shape_is_as_karpenter_computes_it() -> None:
    """
    g6.xlarge: 4 vCPU, 16 GiB, of which pods get 3.92 cores and 14.0 GiB.
    """
    item = CATALOG.instance("g6.xlarge")
    assert item is not None
    assert (item.vcpu, item.memory_mib, item.gpu_id, item.gpu_count) == (4, 16384, "l4", Decimal(1))
    assert (item.allocatable_cpu_millicores, item.allocatable_memory_mib) == (3920, 14162)
    assert (item.family, item.architecture, item.local_nvme_gb, item.efa_interfaces) == ("g6", "amd64", 250, 0)


def test_cpu_types_have_no_accelerator() -> None:
    """
    CPU types come smallest first; a Neuron type has accelerators without GPU id and is not among them.
    """
    found = CATALOG.cpu_instances()
    assert len(found) == 346
    assert {item.gpu_id for item in found} == {None}
    assert [item.vcpu for item in found] == sorted(item.vcpu for item in found)
    assert not [item for item in found if item.family.startswith(("inf", "trn"))]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("g4dn.xlarge", "T4 has no bf16 units"),
        ("g6f.large", "fractional L4"),
        ("g7.2xlarge", "driver 595"),
        ("inf2.xlarge", "Inferentia"),
        ("trn1.2xlarge", "Trainium"),
        ("g4ad.xlarge", "AMD"),
        ("p3.2xlarge", "V100"),
        ("dl1.24xlarge", "Habana"),
    ],
)
def test_an_excluded_type_says_why(name: str, words: str) -> None:
    """
    A type that the planner may not take has a reason, and so has one that the catalogue does not list.
    """
    reason = CATALOG.exclusion(name)
    assert reason is not None
    assert words in reason
    item = CATALOG.instance(name)
    assert item is None or item.excluded == reason


def test_g7e_and_p5_may_be_planned() -> None:
    """
    The patterns of their neighbours (g7, p3) do not catch them.
    """
    for name in ("g7e.2xlarge", "p5.4xlarge", "p4d.24xlarge", "g6e.xlarge", "g5.xlarge", "p6-b200.48xlarge"):
        assert CATALOG.exclusion(name) is None, name
