"""A sweep needs no more memory for more groups."""

from __future__ import annotations

from tools.sweep_memory import FILLING, peak_of_sweep


def test_what_a_sweep_holds_does_not_grow_with_the_groups():
    few, many = peak_of_sweep(FILLING), peak_of_sweep(5 * FILLING)
    assert many < 1.1 * few, f"{many} bytes for {5 * FILLING} groups, {few} for {FILLING}"
