"""The learning rate over a run: its shape, its bounds, and runs of a step or two."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import schedules
from engine.settings import TrainingSettings


def rates(schedule: str, steps: int, learning_rate: float = 1.0, **settings: Any) -> list[float]:
    chosen = TrainingSettings(schedule=schedule, learning_rate=learning_rate, **settings)
    return [schedules.rate(chosen, step, steps) for step in range(steps)]


def test_that_a_constant_schedule_is_the_learning_rate_throughout() -> None:
    assert set(rates("constant", 10, learning_rate=0.3)) == {0.3}


def test_that_a_cosine_falls_from_one_through_a_half_towards_zero() -> None:
    falling = rates("cosine", 100)
    assert [falling[step] for step in (0, 25, 50)] == pytest.approx([1, (1 + 0.5**0.5) / 2, 0.5])
    assert 0 < falling[-1] < 0.001
    assert all(later < earlier for earlier, later in pairwise(falling))


def test_that_steps_drop_to_a_share_at_even_distances() -> None:
    assert rates("step", 10, drop=0.5, drop_every=0.3) == [1.0] * 3 + [0.5] * 3 + [0.25] * 3 + [0.125]


def test_that_a_drop_is_never_sooner_than_the_next_step() -> None:
    assert rates("step", 3, drop=0.5, drop_every=0.001) == [1.0, 0.5, 0.25]


def test_that_one_cycle_rises_for_three_tenths_of_the_run_and_ends_at_almost_nothing() -> None:
    cycle = rates("one-cycle", 100)
    assert cycle[0] == pytest.approx(1 / 25)
    assert cycle.index(max(cycle)) == 29
    assert max(cycle) == 1
    assert cycle[-1] == pytest.approx(1 / 25 / 1e4)
    assert all(earlier < later for earlier, later in pairwise(cycle[:30]))
    assert all(earlier > later for earlier, later in pairwise(cycle[29:]))


@pytest.mark.parametrize("name", schedules.WARMED)
def test_that_a_warm_up_rises_evenly_and_the_schedule_has_the_steps_that_remain(name: str) -> None:
    warmed = rates(name, 50, warm_up=0.2, drop=0.5)
    assert warmed[:10] == pytest.approx([(step + 1) / 11 for step in range(10)])
    assert warmed[10:] == rates(name, 40, drop=0.5)
    assert warmed[10] == 1


def test_that_one_cycle_has_a_rise_of_its_own_and_no_warm_up() -> None:
    assert rates("one-cycle", 20, warm_up=0.5) == rates("one-cycle", 20)


@pytest.mark.parametrize("warm_up", [0.0, 0.5])
@pytest.mark.parametrize("name", schedules.WARMED)
def test_that_a_run_of_one_step_has_the_whole_rate(name: str, warm_up: float) -> None:
    assert rates(name, 1, warm_up=warm_up) == [1.0]


def test_that_a_run_of_two_steps_falls_or_rises_by_its_schedule() -> None:
    assert rates("constant", 2) == [1, 1]
    assert rates("cosine", 2) == pytest.approx([1, 0.5])
    assert rates("step", 2, drop_every=0.5) == [1, 0.1]
    assert rates("constant", 2, warm_up=0.5) == [0.5, 1]


@given(
    st.sampled_from(list(schedules.BY_NAME)), st.integers(1, 300), st.floats(1e-300, 10), st.floats(0, 0.5),
    st.floats(1e-300, 1), st.floats(0.001, 1),
)  # fmt: skip
def test_that_no_rate_is_negative_or_above_the_learning_rate(
    name: str, steps: int, learning_rate: float, warm_up: float, drop: float, every: float
) -> None:
    drawn = rates(name, steps, learning_rate, warm_up=warm_up, drop=drop, drop_every=every)
    assert all(0 <= rate <= learning_rate for rate in drawn)
    assert name == "one-cycle" or max(drawn) == learning_rate
