"""Sums in text add up as they are shown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_gui.plots import addition
from cnn_gui.plots.addition import Addend
from tests.helpers.sums import assert_adds_up

NUMBERS = st.floats(-1e4, 1e4, allow_nan=False).map(lambda x: round(x, 9))


@given(values=st.lists(NUMBERS, min_size=2, max_size=20))
def test_that_every_sum_adds_up_as_it_is_shown(values: list[float]) -> None:
    text = addition.equation("output", addition.few(values), float(np.sum(values)))
    found = assert_adds_up(text)
    for value, shown in zip(values, found[: addition.MOST], strict=False):
        if "⁻" not in text:
            assert abs(float(shown) - value) < 10.0 ** int(shown.as_tuple().exponent)  # by less than its last unit


def test_that_trailing_zeros_are_kept_and_negative_numbers_are_in_brackets() -> None:
    addends = [Addend(-0.5), Addend(0.25), Addend(-1.75), Addend(-0.1, "bias {0}")]
    assert addition.equation("output", addends, -2.1) == "output = −0.50 + 0.25 + (−1.75) + bias (−0.10) = −2.10"


def test_that_thirds_add_up() -> None:
    assert addition.equation("a", [Addend(1 / 3)] * 3, 1.0) in (
        "a = 0.334 + 0.333 + 0.333 = 1.000", "a = 0.333 + 0.334 + 0.333 = 1.000", "a = 0.333 + 0.333 + 0.334 = 1.000",
    )  # fmt: skip


def test_that_the_other_addends_of_many_are_one_with_its_value() -> None:
    values = [0.5] * 8 + [0.125] * 8
    text = addition.equation("output", addition.few(values), 5.0)
    assert text == f"output = {' + '.join(['0.5'] * 8)} + (the other 8: 1.0) = 5.0"
    assert_adds_up(text)


def test_that_whole_numbers_need_no_decimals() -> None:
    assert addition.equation("o", [Addend(6.0), Addend(-35.0), Addend(-8.0)], -37.0) == "o = 6 + (−35) + (−8) = −37"


def test_that_a_small_total_of_large_numbers_keeps_its_digits() -> None:
    assert addition.equation("o", [Addend(3.1234567), Addend(-2.9223)], 0.2011567) == "o = 3.123 + (−2.922) = 0.201"


def test_that_tiny_numbers_are_in_one_power_of_ten() -> None:
    text = addition.equation("dC/db 0", [Addend(1.25e-6), Addend(-0.5e-6)], 0.75e-6)
    assert text == "dC/db 0 = (1.25 + (−0.50))·10⁻⁶ = 0.75·10⁻⁶"
    assert addition.alike([-5.68e-7, 0.0, 2e-8]) == ["−5.68·10⁻⁷", "0", "0.20·10⁻⁷"]


def test_that_one_number_is_no_sum() -> None:
    assert addition.equation("output", [Addend(0.5)], 0.5) == "output = 0.5"
    assert addition.equation("output", [Addend(0.5), Addend(0.25, "bias {0}")], 0.75) == (
        "output = 0.50 + bias 0.25 = 0.75"
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_that_what_is_no_number_is_shown_as_it_is(bad: float) -> None:
    text = addition.equation("output", [Addend(1.0), Addend(bad)], bad)
    assert text.startswith("output = 1 + ") and text.count("nan") + text.count("inf") == 2


def test_that_a_total_that_is_another_number_is_not_made_to_fit() -> None:
    assert addition.equation("output", [Addend(1.5), Addend(2.5)], 5.25) == "output = 1.50 + 2.50 = 5.25"
