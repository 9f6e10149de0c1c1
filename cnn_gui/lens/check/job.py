"""What is checked: one layer at one moment, as a value that another thread may work on."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from engine.faults import Fault
from engine.gradcheck import layer_check
from engine.gradreport import GradientReport
from engine.layer import Array, LayerConfig
from engine.trace.record import LayerTrace

COPIES = 3  # of the sample, each with other jitter: a mini-batch, which batch norm and a mean over it need
JITTER = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class CheckJob:
    """One layer with its weights and the sample's input, at one moment.

    Attributes:
        uid: the layer's.
        title: of the layer, the sample and the step.
        config: the layer's.
        input: (C, H, W) or (features,).
        parameters: the layer's learned arrays and statistics, by name.
        cells: how many of each array are checked, at most.
        faults: deliberate ones of the layer.
    """

    uid: str
    title: str
    config: LayerConfig
    input: Array
    parameters: Mapping[str, Array]
    cells: int
    faults: frozenset[Fault]

    @classmethod
    def of(cls, layer: LayerTrace, title: str, cells: int) -> "CheckJob":
        """Return the job for a layer of a trace, whose arrays nobody writes to."""
        return cls(layer.spec.uid, title, layer.spec.config, layer.input, layer.parameters, cells, layer.faults)

    @property
    def fingerprint(self) -> int:
        """A number that is another where layer, weights, input or faults are, whatever else is chosen."""
        names = sorted(fault.name for fault in self.faults)
        mark = crc32(repr((self.uid, self.config, sorted(self.parameters), names)).encode())
        for array in (self.input, *(self.parameters[name] for name in sorted(self.parameters))):
            mark = crc32(np.ascontiguousarray(array), mark)
        return mark

    def run(self) -> Generator[float, None, GradientReport]:
        """Check the layer as it works in training; yield the share of the cells that is done, after each."""
        x = np.repeat(self.input[None], COPIES, axis=0)
        with np.errstate(all="ignore"):  # what is not finite is shown as it is
            return (yield from layer_check(
                self.config, x, self.parameters, np.random.default_rng(0), samples=self.cells, jitter=JITTER,
                faults=self.faults,
            ))  # fmt: skip
