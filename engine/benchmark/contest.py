"""The same training in this engine and in PyTorch, in turns, so that a machine that changes is unfair to neither.

Other work is: a side whose threads wait for one another in a loop loses more by it. ``Outcome`` tells of that.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from statistics import median
from time import perf_counter

import numpy as np

from engine.benchmark.contestant import SIDES, Entry
from engine.errors import BadInputError
from engine.layer import Shape
from engine.worker import environment, module_command

ENGINE = "engine"
TURN = 0.4  # seconds: long enough for a few steps of the largest batch, short enough to change turns often


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one side has reached.

    Attributes:
        images_per_second: in the median of its turns.
        megabytes: the most memory held.
        spread: of its turns; see ``spread``.
        waited: s, that its threads had no core, for each second of its turns.
    """

    images_per_second: float
    megabytes: float
    spread: float
    waited: float


class Contestant:
    """The handle of a process that trains when it is told to."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        command = [*module_command("engine.benchmark.contestant"), json.dumps(asdict(entry))]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment())

    def seconds(self, steps: int) -> float:
        """Let it train for so many steps and return the seconds that they took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return self._answer()

    def finish(self) -> tuple[float, float]:
        """End it and return the megabytes that it held at most, and the share of its seconds that it had no core."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        megabytes, waited = self._answer(), self._answer()
        self._process.wait()
        return megabytes, waited

    def stop(self) -> None:
        """End it whatever it is doing."""
        self._process.kill()
        with suppress(OSError), self._process:  # closes the pipes, and waits
            pass

    def _answer(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BadInputError(f"{self._entry.side} could not train {self._entry.network}; the reason is above.")
        return float(line)


def sides() -> tuple[str, ...]:
    """Return who can take part on this machine."""
    return tuple(SIDES) if find_spec("torch") else (ENGINE,)


def compete(network: str, batch: int, threads: int, rounds: int) -> dict[str, Outcome]:
    """Return the outcome of each side; the sides take *rounds* turns of about TURN seconds each."""
    contestants: dict[str, Contestant] = {}
    try:
        for side in sides():
            contestants[side] = Contestant(Entry(side, network, batch, threads))
        steps = {side: _steps(each) for side, each in contestants.items()}
        times: dict[str, list[float]] = {side: [] for side in contestants}
        for _ in range(rounds):
            for side, each in contestants.items():
                times[side].append(each.seconds(steps[side]))
        speeds = {side: steps[side] * batch / median(seconds) for side, seconds in times.items()}
        ends = {side: each.finish() for side, each in contestants.items()}
        return {side: Outcome(speeds[side], end[0], spread(times[side]), end[1]) for side, end in ends.items()}
    finally:
        for each in contestants.values():
            each.stop()


def _steps(contestant: Contestant) -> int:
    """Return how many steps fill a turn, after a few to warm up."""
    contestant.seconds(3)
    return max(2, round(TURN / (min(contestant.seconds(2) for _ in range(3)) / 2)))


def spread(seconds: Sequence[float]) -> float:
    """Return how many times as long a slow turn takes as a quick one: the third quartile over the first."""
    quick, slow = np.percentile(seconds, (25, 75))
    return float(slow / quick)


def sgemm_flops(size: int = 1024, seconds: float = 1.0) -> float:
    """Return the floating point operations a second of one core in float32 products, the best of *seconds*."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((size, size)).astype(np.float32) for _ in range(2))
    return 2 * size**3 / min(_product_times(a, b, seconds))


def _product_times(a: np.ndarray, b: np.ndarray, seconds: float) -> Iterator[float]:
    out, start = np.empty_like(a), perf_counter()
    while (before := perf_counter()) < start + seconds:
        np.matmul(a, b, out=out)
        yield perf_counter() - before


def training_flops(entry: Entry, shape: Shape) -> int:
    """Return the floating point operations of one image's training step: forward, and both gradients of each layer.

    The first layer needs no gradient of its input.
    """
    forward = []
    for spec in entry.architecture.layers:
        forward.append(2 * spec.config.multiply_adds(shape))
        shape = spec.config.output_shape(shape)
    return 3 * sum(forward) - next(flops for flops in forward if flops)
