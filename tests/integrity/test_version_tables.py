"""
Invariants of the shipped tables of versions, places and assumptions, and of the data folder as a whole.
"""

from __future__ import annotations

import re
from decimal import Decimal
from importlib.resources import files

from servewright.catalog.columns import COLUMNS
from servewright.catalog.load import ENGINE_CONTRACT, load_catalog, read_table

CATALOG = load_catalog()
DATA = files("servewright.catalog") / "data"

KEYS = {
    "amis.csv": ("kubernetes_minor",),
    "assumptions.csv": ("name",),
    "cache_nodes.csv": ("node_type",),
    "charts.csv": ("component",),
    "eks_versions.csv": ("kubernetes_minor",),
    "exclusions.csv": ("pattern",),
    "gpus.csv": ("id",),
    "histogram_bounds.csv": ("metric",),
    "images.csv": ("component",),
    "instance_prices.csv": ("instance_type", "region", "zone_id", "purchase"),
    "instances.csv": ("name",),
    "interruption_bands.csv": ("instance_type", "region"),
    "metrics.csv": ("metric",),
    "model_aliases.csv": ("id",),
    "model_revisions.csv": ("hf_id",),
    "models.csv": ("hf_id",),
    "not_sold.csv": ("pattern", "region", "purchase"),
    "pins.csv": ("component",),
    "prices.csv": ("service", "component", "variant", "region", "tier_from"),
    "quotas.csv": ("service_code", "name"),
    "regions.csv": ("region",),
    "sources.csv": ("key",),
    "usage_defaults.csv": ("type", "key"),
    "traffic_profiles.csv": ("profile", "day"),
}


def test_every_table_has_its_columns_written_out_and_a_note() -> None:
    """
    The files of the folder are the tables we know, each with its columns, its key and a section in SOURCES.md.
    """
    shipped = {item.name for item in DATA.iterdir()}
    assert shipped == {*COLUMNS, ENGINE_CONTRACT, "build.json", "SOURCES.md"}
    assert KEYS.keys() == COLUMNS.keys()
    notes = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert [name for name in shipped - {"SOURCES.md"} if f"`{name}`" not in notes] == []


def test_every_key_is_unique() -> None:
    """
    No table has two rows of one key.
    """
    for table, columns in KEYS.items():
        keys = [tuple(row[column] for column in columns) for row in read_table(table)]
        assert len(keys) == len(set(keys)), (table, [key for key in keys if keys.count(key) > 1])


def test_every_row_has_a_source() -> None:
    """
    The column that says where a row comes from is never empty; a key of the shared sources resolves.
    """
    shared = {row["key"] for row in read_table("sources.csv")}
    for table, columns in COLUMNS.items():
        origin = next((name for name in ("source", "evidence", "kind", "contract", "text") if name in columns), None)
        assert origin is not None, table
        for row in read_table(table):
            assert row[origin], (table, row)
            assert table not in {"instances.csv", "instance_prices.csv", "interruption_bands.csv"} or row["source"] in shared, row


def test_the_folder_is_lean() -> None:
    """
    The wheel carries less than 1.5 MB of tables.
    """
    assert sum(len(item.read_bytes()) for item in DATA.iterdir()) < 1_500_000


def test_no_table_names_a_place_outside_the_package() -> None:
    """
    Tables stand alone: no relative path and no local one.
    """
    for item in DATA.iterdir():
        assert not re.search(r"\.\./|file://|(?<![\w.])/(home|work|root|tmp)/", item.read_text(encoding="utf-8")), item.name


def test_images_have_a_digest_or_a_waiver() -> None:
    """
    An image without digest says why; a digest is a sha256.
    """
    for image in CATALOG.versions.images.values():
        assert (image.digest is None) != (image.waiver is None), image
        assert image.digest is None or re.fullmatch(r"sha256:[0-9a-f]{64}", image.digest), image


def test_every_chart_is_pinned_and_comes_over_tls() -> None:
    """
    A chart has the version of its pin (one version, no range), and its repository is named in full.
    """
    assert sorted(CATALOG.versions.charts) == [
        "dcgm-exporter",
        "keda",
        "kube-prometheus-stack",
        "nvidia-device-plugin",
        "prometheus-operator-crds",
    ]
    for component, chart in CATALOG.versions.charts.items():
        assert chart.version == CATALOG.pin(component).version
        assert re.fullmatch(r"\d+\.\d+\.\d+", chart.version), chart
        assert chart.repository.startswith("https://"), chart


def test_the_engine_image_is_that_of_the_engine_contract() -> None:
    """
    Pin, image and contract name one release, and the image's size is known.
    """
    image = CATALOG.image("vllm")
    assert CATALOG.pin("vllm").version == CATALOG.engine_contract().version == "0.31.0"
    assert image.tag == "v0.31.0"
    assert image.digest == "sha256:c1c9f6fd5c109ba7f0546a59f5b2f15fb87f64c77782e90a27b648b42a8e67c3"
    assert image.compressed_bytes == 9_035_211_086


def test_supported_minors_have_a_pinned_node_image() -> None:
    """
    Each supported Kubernetes minor has an alias with a release (never @latest), and not the release that warns of kernel panics.
    """
    assert CATALOG.kubernetes_versions() == ("1.34", "1.35", "1.36")
    assert CATALOG.pin("kubernetes").version in CATALOG.kubernetes_versions()
    for minor in CATALOG.kubernetes_versions():
        alias = CATALOG.ami_alias(minor)
        assert re.fullmatch(r"al2023@v20\d{6}", alias), alias
        assert alias != "al2023@v20261003"


def test_support_ends_in_order() -> None:
    """
    Standard support of a minor ends before its extended support, and on 2026-11-21 none that we support is past it.
    """
    for version in CATALOG.versions.kubernetes:
        if version.end_standard_support and version.end_extended_support:
            assert version.end_standard_support < version.end_extended_support, version
        if version.supported:
            assert version.end_standard_support is None or version.end_standard_support > CATALOG.build_date, version


def test_profiles_are_weeks_of_the_busiest_hour() -> None:
    """
    A profile has 168 factors between 0 and 1, and its busiest hour is 1.
    """
    assert CATALOG.profiles() == ("steady", "business-hours", "evenings", "batch-nights")
    for name in CATALOG.profiles():
        factors = CATALOG.profile(name)
        assert factors is not None
        assert len(factors) == 168, name
        assert all(0 <= factor <= 1 for factor in factors), name
        assert max(factors) == 1, name


def test_assumptions_lie_within_their_range() -> None:
    """
    An assumed number lies between its low and its high; each says of what kind it is.
    """
    for row in CATALOG.assumptions.constants.values():
        assert row.kind in {"judgement", "measured", "read", "convention", "rule"}, row
        if row.low is not None and row.high is not None:
            assert Decimal(row.low) <= Decimal(row.value) <= Decimal(row.high), row


def test_zones_begin_with_their_region() -> None:
    """
    A zone name is its region and one letter.
    """
    for region in CATALOG.places.rows:
        for zone in region.zones:
            assert re.fullmatch(re.escape(region.id) + "[a-f]", zone), zone
