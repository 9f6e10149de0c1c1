"""Numbers as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_gui.plots.text import number, within


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (-0.0, "0"), (-0.5, "−0.5"), (2.9e-9, "2.9·10⁻⁹"), (-1e-5, "−1·10⁻⁵"), (1.5e20, "1.5·10²⁰")],
)
def test_that_a_number_has_a_true_minus_and_powers_of_ten(value: float, said: str) -> None:
    assert number(value) == said


@given(st.floats(-1e300, 1e300))
def test_that_a_number_says_its_value_to_four_digits(value: float) -> None:
    digits, _, exponent = number(value).partition("·10")
    plain = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    assert float(f"{digits.translate(plain)}e{exponent.translate(plain) or 0}") == pytest.approx(value, rel=6e-4)


@pytest.mark.parametrize(
    ("value", "limit", "said"),
    [(0.25, 1.0, "0.25"), (-31.94, 40, "−31.9"), (2.55e-6, 6e-6, "2.55·10⁻⁶"), (0.0, 6e-6, "0"), (1e-9, 1.0, "0.00")],
)
def test_that_a_value_in_a_cell_is_as_long_as_its_range_asks_for(value: float, limit: float, said: str) -> None:
    assert within(value, limit) == said
