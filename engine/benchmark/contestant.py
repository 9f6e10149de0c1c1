"""One side of the race with PyTorch, as a process of its own: ``python -m engine.benchmark.contestant JSON``.

It answers each line of standard input, a number of training steps, with the seconds that they took, and the end of
input with the most memory that it has held, in megabytes, and the share of the seconds that it waited for a core.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Protocol, cast

from engine import presets
from engine.architecture import Architecture
from engine.data import catalogue
from engine.data.dataset import Dataset
from engine.parallel import SMALLEST_SHARD

SIDES = {
    "engine": "engine.benchmark.engine_side",
    "PyTorch": "engine.benchmark.torch_side",
    "PyTorch, channels last": "engine.benchmark.torch_side",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """Who takes part, one of SIDES, and with what."""

    side: str
    network: str
    batch: int
    threads: int

    @property
    def architecture(self) -> Architecture:
        """The layers of the network."""
        return presets.load(self.network).architecture


class Side(Protocol):
    """A network that is trained on shuffled mini-batches, with Adam."""

    def step(self) -> None:
        """Train on the next mini-batch."""

    def close(self) -> None:
        """End what was started."""


def answers(entry: Entry, dataset: Dataset, questions: Iterator[str]) -> Iterator[float]:
    """Yield the seconds for each number of steps in *questions*, at last the megabytes and the share of ``waited``."""
    spent = idle = 0.0
    start_side = cast(Callable[[Entry, Dataset], Side], import_module(SIDES[entry.side]).start)
    with closing(start_side(entry, dataset)) as side:
        for question in questions:
            start, before = perf_counter(), waited()
            for _ in range(int(question)):
                side.step()
            seconds = perf_counter() - start
            spent, idle = spent + seconds, idle + waited() - before
            yield seconds
    own, workers = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    parts = min(entry.threads, max(1, entry.batch // SMALLEST_SHARD))  # each but the first in a process of its own
    yield (own + (parts - 1) * workers) / (1024**2 if sys.platform == "darwin" else 1024)
    yield idle / spent if spent else 0.0


def waited() -> float:
    """Return the seconds that threads of this process could have run and had no core; 0 where nobody counts them.

    Source: the second number of schedstat, documentation of the Linux kernel, scheduler/sched-stats.
    """
    counts = [path.read_text().split() for path in Path("/proc/self/task").glob("*/schedstat")]
    return sum(int(count[1]) for count in counts) / 1e9


if __name__ == "__main__":
    for answer in answers(Entry(**json.loads(sys.argv[1])), catalogue.load(catalogue.BUNDLED), iter(sys.stdin)):
        print(answer, flush=True)
