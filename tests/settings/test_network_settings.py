"""The network allow-list: Regions that AWS documents, where prefix lists are, and what is told."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from lambda_src.workspaces_network.allow_list import STREAMING
from lambda_src.workspaces_network.ip_ranges import URL
from lambda_src.workspaces_network.rules import DEFAULT_VARIANTS, VARIANTS, documented
from stacks.network_settings import IP_RANGES, UsedList, Variant, WorkspacesNetwork
from stacks.regions import PARTITION_OF_REGION, REACHED_BY_NOTICES, WITH_WORKSPACES
from stacks.settings_file import SettingsError, load_settings

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "example.toml"


def load(folder: Path, network: str):
    """The example with another table of the network."""
    text = EXAMPLE.read_text("utf-8")
    start, end = text.index("[workspaces_network]"), text.index("# How evidence is asked in Athena.")
    file = folder / "settings.toml"
    file.write_text(f"{text[:start]}{network}\n\n{text[end:]}", encoding="utf-8")
    return load_settings(file)


def test_nothing_watches_unless_the_settings_name_a_region(tmp_path):
    settings = load(tmp_path, "")
    assert settings.workspaces_network == WorkspacesNetwork()
    assert settings.workspaces_network.regions == ()


def test_a_region_is_known_where_the_tables_have_it():
    assert set(documented().regions) == WITH_WORKSPACES <= PARTITION_OF_REGION.keys()


def test_the_words_of_the_settings_are_those_of_the_rules():
    assert get_args(Variant) == VARIANTS
    assert WorkspacesNetwork().variants == DEFAULT_VARIANTS
    changing = {rule.id for rule in documented().rules if rule.sources}
    assert set(get_args(UsedList)) == changing | {"domains"}
    assert set(WorkspacesNetwork().used_lists) == {*STREAMING, "domains"}
    assert IP_RANGES == URL


def test_notices_reach_regions_of_the_commercial_partition_alone():
    assert {PARTITION_OF_REGION[region] for region in REACHED_BY_NOTICES} == {"aws"}


@pytest.mark.parametrize(
    ("network", "place", "what"),
    [
        ('regions = ["eu-north-1"]', "workspaces_network.regions", "AWS documents no WorkSpaces ranges of eu-north-1"),
        ('regions = ["atlantis-1"]', "workspaces_network.regions", "is not an AWS Region this product knows"),
        ('regions = ["eu-west-1"]', "workspaces_network.regions", "eu-west-1 is not one of regions.governed"),
        ('regions = ["us-east-1", "us-east-1"]', "workspaces_network.regions", "more than once"),
        (
            'regions = ["us-east-1"]\nprefix_list_regions = ["eu-west-1"]',
            "workspaces_network.prefix_list_regions",
            "is not one of regions.governed",
        ),
        ('prefix_list_regions = ["us-east-1"]', "workspaces_network.prefix_list_regions", "would hold empty lists"),
        ("variants = []", "workspaces_network.variants", "at least 1 item"),
        ('variants = ["rdp"]', "workspaces_network.variants", "Input should be 'pcoip'"),
        ('used_lists = ["all"]', "workspaces_network.used_lists", "Input should be 'client-https'"),
        ("max_entries = 0", "workspaces_network.max_entries", "greater than or equal to 1"),
        ("max_entries = 1001", "workspaces_network.max_entries", "less than or equal to 1000"),
        ("most_removed_percent = 0", "workspaces_network.most_removed_percent", "greater than or equal to 1"),
        ('source = "http://example.com/ip-ranges.json"', "workspaces_network.source", "should match pattern"),
        ('source = "https://example.com"', "workspaces_network.source", "should match pattern"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, network, place, what):
    with pytest.raises(SettingsError) as raised:
        load(tmp_path, f"[workspaces_network]\n{network}")
    message = str(raised.value)
    assert place in message
    assert what in message
