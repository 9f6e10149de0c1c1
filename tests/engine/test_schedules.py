"""The learning rate over a run."""

from itertools import pairwise

import pytest

from engine import schedules


def test_that_a_constant_schedule_is_one_throughout() -> None:
    assert {schedules.constant(p / 10) for p in range(11)} == {1.0}


def test_that_a_cosine_falls_from_one_through_a_half_to_zero() -> None:
    assert [schedules.cosine(p) for p in (0, 0.25, 0.5, 1)] == pytest.approx([1, (1 + 0.5**0.5) / 2, 0.5, 0])


@pytest.mark.parametrize("name", schedules.BY_NAME)
def test_that_no_schedule_rises_above_one_or_falls_below_zero(name: str) -> None:
    factors = [schedules.BY_NAME[name](step / 100) for step in range(101)]
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(factors))
