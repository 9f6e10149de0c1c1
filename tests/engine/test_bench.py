"""The race with PyTorch on a machine that is not its own alone: what is measured, and what is said of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from engine.benchmark import contest, contestant
from engine.benchmark.contest import ENGINE, Outcome, spread
from engine.benchmark.contestant import Entry
from engine.commands import bench
from engine.data import catalogue
from engine.threads import default_threads
from tests.helpers.command import Captured, lines, run

QUIET = {ENGINE: Outcome(2000.0, 100.0, 1.1, 0.0), "PyTorch": Outcome(1000.0, 300.0, 1.2, 0.1)}


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Outcome]]:
    """Return the outcome that each cell has, at first as on a quiet machine; nothing is trained."""
    outcomes = dict(QUIET)
    monkeypatch.setattr(bench, "compete", lambda *_: dict(outcomes))
    monkeypatch.setattr(bench, "sgemm_flops", lambda: 1e11)
    monkeypatch.setattr(bench, "sides", lambda: tuple(QUIET))
    monkeypatch.delenv(bench.HOLDING, raising=False)
    return outcomes


def table(capsys: Captured) -> list[str]:
    return lines(capsys, "bench", "--networks", "lenet5", "--batches", 32, "--threads", 2)


def test_that_the_spread_is_how_much_longer_slow_turns_take_than_quick_ones() -> None:
    assert spread([0.4] * 7) == 1
    assert spread([1, 1, 1, 1, 2, 2, 2]) == 2
    assert spread([0.5]) == 1


def test_that_one_turn_that_was_disturbed_counts_as_little_for_the_spread_as_for_the_median() -> None:
    assert spread([9, 1, 1, 1, 1, 1, 1]) == 1


class Stumbling:
    """Takes 10 ms a step, but for one time that was disturbed."""

    def __init__(self, disturbed: int) -> None:
        self._left = disturbed

    def seconds(self, steps: int) -> float:
        self._left -= 1
        return steps * 0.01 + (5 if self._left == 0 else 0)


@pytest.mark.parametrize("disturbed", range(1, 5))
def test_that_a_turn_is_as_long_as_it_should_be_though_a_try_was_disturbed(disturbed: int) -> None:
    stumbling: Any = Stumbling(disturbed)
    assert contest._steps(stumbling) == round(contest.TURN / 0.01)


def test_that_a_quiet_machine_is_not_doubted(capsys: Captured, race: dict[str, Outcome]) -> None:
    assert table(capsys)[-1] == "geometric mean of the ratios at batch 32: 2.00"


def test_that_kernels_that_somebody_chose_for_numpy_alone_are_told(
    capsys: Captured, race: dict[str, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "blas_kernels", lambda: "Haswell")
    assert table(capsys)[0] == "2 threads each; sgemm reaches 200 GFLOP/s on them with Haswell kernels."
    assert not any(bench.HOLDING in line for line in table(capsys))
    monkeypatch.setenv(bench.HOLDING, "Haswell")
    assert table(capsys)[1].startswith("OPENBLAS_CORETYPE=Haswell chose them for NumPy, not for PyTorch")


@pytest.mark.parametrize("side", ["PyTorch", "PyTorch, channels last", ENGINE])
def test_that_turns_that_differ_by_much_are_told_whichever_side_they_are_of(
    capsys: Captured, race: dict[str, Outcome], side: str
) -> None:
    race[side] = Outcome(500.0, 100.0, 3.42, 0.0)
    who = "the engine" if side == ENGINE else "PyTorch"
    assert table(capsys)[-1] == (
        f"These figures are in doubt: slow turns of {who} took 3.4 times as long as quick ones (lenet5 at batch 32,"
        " third quartile over the first); run it again while nothing else runs."
    )


@pytest.mark.parametrize("side", ["PyTorch", "PyTorch, channels last", ENGINE])
def test_that_threads_without_a_core_are_told(capsys: Captured, race: dict[str, Outcome], side: str) -> None:
    race[side] = Outcome(500.0, 100.0, 1.1, 0.48)
    who = "the engine" if side == ENGINE else "PyTorch"
    assert table(capsys)[-1] == (
        f"These figures are in doubt: threads of {who} waited 0.5 s for a core in each second (lenet5 at batch 32); run"
        " it again while nothing else runs."
    )


def test_that_both_doubts_make_one_sentence(capsys: Captured, race: dict[str, Outcome]) -> None:
    race["PyTorch"] = Outcome(500.0, 100.0, 9.0, 1.0)
    *rows, last = table(capsys)
    assert "took 9.0 times" in last and ", and threads of PyTorch waited 1.0 s" in last
    assert len(rows) == 4


def test_that_a_thread_that_has_no_core_is_counted() -> None:
    if not Path("/proc/self/schedstat").exists():
        pytest.skip("only Linux counts it")
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * default_threads())]
    try:
        before, start = contestant.waited(), perf_counter()
        while perf_counter() < start + 1:
            pass
        assert 0.1 < contestant.waited() - before < 1.1
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_that_a_contestant_answers_with_seconds_and_at_last_with_memory_and_waiting() -> None:
    entry = Entry(ENGINE, "conv-pool-softmax", 8, 1)
    one, two, megabytes, waited = contestant.answers(entry, catalogue.load("bundled"), iter(("1", "2")))
    assert one > 0 and two > 0 and 20 < megabytes < 2000 and waited >= 0


def test_that_a_program_gets_spread_and_waiting_of_both_sides(capsys: Captured, race: dict[str, Outcome]) -> None:
    race["PyTorch, channels last"] = Outcome(500.0, 100.0, 3.4, 0.2)
    assert run("bench", "--networks", "lenet5", "--batches", 32, 64, "--json") == 0
    for line in capsys.readouterr().out.splitlines():
        cell = json.loads(line)
        assert (cell["spread"], cell["pytorch_spread"]) == (1.1, 3.4)
        assert (cell["waited"], cell["pytorch_waited"]) == (0, 0.2)
        assert cell["ratio"] == 2
