"""A bill is what stands there and what happens, times the unit prices."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from tests.assembly import settings_with
from tests.conftest import VARIANTS
from tools.cost.__main__ import bills_of
from tools.cost.model import Bill
from tools.cost.prices import load_prices
from tools.cost.storage import kept
from tools.cost.volumes import Volumes

GUESSES = Volumes()


@pytest.fixture
def priced(example, variant):
    """The bill of a variant for some accounts and volumes."""

    def of(name="example", accounts=10.0, **volumes) -> Bill:
        settings = settings_with(example, **VARIANTS[name])
        (bill,) = bills_of(settings, replace(GUESSES, **volumes), variant(name).directory, [accounts])
        return bill

    return of


def _line(bill, item):
    (found,) = (line for line in bill.lines if line.item == item)
    return bill.cost(found)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_has_a_bill(priced, name):
    bill = priced(name)
    assert bill.total == pytest.approx(sum(bill.services().values()))
    assert bill.total > 0


def test_each_further_account_costs_the_same(priced):
    ten, eleven = priced(accounts=10_000), priced(accounts=10_001)
    assert eleven.total - ten.total == pytest.approx(ten.an_account, rel=1e-4)
    assert ten.total == pytest.approx(ten.shared + 10_000 * ten.an_account)


def test_a_second_trail_makes_every_management_event_a_billed_copy(priced):
    alone, second = priced(), priced(other_trail=1)
    assert second.total - alone.total == pytest.approx(10 * 1_000_000 / 100_000 * 2.00)


def test_an_account_that_checks_an_existing_trail_pays_for_no_copy(priced):
    items = {line.item for line in priced("as little as possible", other_trail=1).lines}
    assert not items & {"management events, a further copy", "ingested: copy of management events"}


def test_the_organization_trail_copies_the_events_of_every_account(priced):
    item = "ingested: copy of management events"
    assert _line(priced("everything"), item) == pytest.approx(_line(priced(), item))


def test_alarms_heartbeats_and_scans_cost_what_the_price_says(priced):
    bill = priced(accounts=100, queries=1024, query_gb=1)
    (alarms,) = (line for line in bill.lines if line.item == "alarms")
    assert bill.cost(alarms) == pytest.approx((alarms.archive + 100 * alarms.member) * 0.10)
    assert _line(bill, "heartbeats") == pytest.approx(100 * 5 * 4 * 730 / 1_000_000)
    assert _line(bill, "data scanned") == pytest.approx(5)


def test_a_key_costs_a_dollar_more_after_each_of_two_rotations(priced):
    costs = [
        sum(bill.cost(line) for line in bill.lines if line.price == "kms_key")
        for bill in (priced(after_months=months) for months in (11, 12, 24, 48))
    ]
    assert costs == [costs[0], 2 * costs[0], 3 * costs[0], 3 * costs[0]]


@pytest.mark.parametrize("volume", [item.name for item in fields(Volumes) if item.name not in ("accounts", "gzip")])
def test_every_volume_moves_the_bill(priced, volume):
    less, more = (priced(**{volume: factor * (getattr(GUESSES, volume) or 1)}) for factor in (0, 2))
    assert more.total > less.total, volume


def test_large_objects_move_to_glacier_and_expire_while_small_ones_stay():
    rules = {"glacier_after_days": 91, "retention_days": 304}
    large = kept(gb=10, objects=100, months=120, **rules)
    assert (large.standard_gb, large.glacier_gb) == pytest.approx((10 * 91 / 30.4, 10 * (304 - 91) / 30.4))
    assert large.moves == 100
    small = kept(gb=10, objects=1_000_000, months=120, **rules)
    assert [small.standard_gb, small.glacier_gb, small.moves] == pytest.approx([100, 0, 0])
    young = kept(gb=10, objects=100, months=2, **rules)
    assert [young.standard_gb, young.glacier_gb, young.moves] == [20, 0, 0]


def test_every_price_is_used_and_says_where_it_comes_from(priced):
    prices = load_prices()
    lines = [line for bill in (priced(), priced(other_trail=1)) for line in bill.lines]
    assert {line.price for line in lines} == set(prices.of)
    assert [name for name, price in prices.of.items() if not price.page.startswith("https://aws.amazon.com/")] == []
    assert [name for name, price in prices.of.items() if not price.seen or price.usd <= 0 or price.per < 1] == []
