"""The longest gradient: shortened in place, its direction kept, and nothing lost in float32."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.clipping import clip

LIMITS = st.floats(0.01, 100)


def test_that_a_long_gradient_is_shortened_and_keeps_its_direction() -> None:
    gradient = np.array([3.0, -4.0])
    assert clip(gradient, 2.5) == 5
    assert gradient.tolist() == pytest.approx([1.5, -2.0], rel=1e-6)


@pytest.mark.parametrize("values", [[3.0, -4.0], [0.0, 0.0], []])
def test_that_a_gradient_within_the_limit_stays_bit_for_bit(values: list[float]) -> None:
    gradient = np.array(values)
    assert clip(gradient, 5.1) == np.linalg.norm(values)
    assert gradient.tolist() == values


@given(arrays.arrays(np.float32, st.integers(1, 50), elements=st.floats(-(2.0**99), 2.0**99, width=32)), LIMITS)
def test_that_no_gradient_is_longer_than_the_limit_afterwards(gradient: np.ndarray, limit: float) -> None:
    norm = clip(gradient, limit)
    after = np.linalg.norm(gradient.astype(np.float64))
    assert after <= limit * (1 + 1e-5)
    assert after == pytest.approx(min(norm, limit), rel=1e-3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_that_a_gradient_that_is_not_finite_is_left_as_it_is(bad: float, dtype: type) -> None:
    gradient = np.array([30, bad, -40], dtype)
    assert not np.isfinite(clip(gradient, 1.0))
    np.testing.assert_array_equal(gradient, np.array([30, bad, -40], dtype))


def test_that_a_gradient_longer_than_any_number_is_left_as_it_is() -> None:
    gradient = np.full(4, 1.7e308)
    assert clip(gradient, 1.0) == np.inf
    assert (gradient == 1.7e308).all()


def test_that_squares_too_large_for_float32_do_not_keep_a_gradient_from_being_clipped() -> None:
    gradient = np.array([3e30, 4e30], np.float32)
    assert clip(gradient, 1.0) == pytest.approx(5e30, rel=1e-6)
    assert gradient.tolist() == pytest.approx([0.6, 0.8], rel=1e-5)


def test_that_the_whole_vector_is_changed_in_place() -> None:
    whole = np.full(8, 10, np.float32)
    clip(whole[2:6], 1.0)
    assert whole.tolist() == pytest.approx([10, 10, 0.5, 0.5, 0.5, 0.5, 10, 10], rel=1e-6)
