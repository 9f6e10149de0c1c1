"""What a network is made of and what it costs: parameters, multiply-adds, memory. Nothing is built."""

from dataclasses import dataclass
from math import prod

import numpy as np

from engine.architecture import Architecture, LayerSpec
from engine.layer import Shape
from engine.shapes import LayerInfo, infer_shapes

BYTES = np.dtype(np.float32).itemsize  # of a value in training


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer of a network, for inputs of one shape.

    Attributes:
        label, settings: its type and its settings, as its card shows them.
        output: of one sample; None where the chain cannot work up to here.
        parameters: learned values.
        arithmetic: where their number comes from, e.g. '6 × (1 × 5 × 5) + 6 = 156'.
        multiply_adds: for one sample, forward; backward takes about twice as many.
        kept: values that training keeps and does not learn, such as running means.
        problem: why it cannot work, or ''.
    """

    label: str
    settings: str
    output: Shape | None
    parameters: int
    arithmetic: str
    multiply_adds: int
    kept: int
    problem: str

    @property
    def values(self) -> int:
        """Values that it puts out for one sample."""
        return prod(self.output) if self.output else 0


@dataclass(frozen=True, slots=True)
class Summary:
    """All layers of a network, for samples of ``input_shape``."""

    input_shape: Shape
    layers: tuple[LayerSummary, ...]

    @property
    def parameters(self) -> int:
        """Learned values."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """For one sample, forward."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def parameter_bytes(self) -> int:
        """Memory of all parameters and of what is kept beside them; their gradient and each moment take as much."""
        return BYTES * (self.parameters + sum(layer.kept for layer in self.layers))

    @property
    def activation_bytes(self) -> int:
        """Memory of a sample and of every layer's output for it; what the engine keeps for the way back differs."""
        return BYTES * (prod(self.input_shape) + sum(layer.values for layer in self.layers))


def summarise(architecture: Architecture, input_shape: Shape) -> Summary:
    """Return the summary of a chain for samples of *input_shape* (C, H, W); a chain that cannot work has one too."""
    infos = infer_shapes(architecture, input_shape)
    return Summary(input_shape, tuple(map(_layer, architecture.layers, infos)))


def _layer(spec: LayerSpec, info: LayerInfo) -> LayerSummary:
    config, problem = spec.config, str(info.problem or "")
    if info.input is None or info.output is None:
        return LayerSummary(spec.type.label, config.summary(), info.output, info.parameters, "", 0, 0, problem)
    kept = sum(map(prod, config.statistic_shapes(info.input).values()))
    return LayerSummary(
        spec.type.label, config.summary(), info.output, info.parameters, config.parameter_arithmetic(info.input),
        config.multiply_adds(info.input), kept, problem,
    )  # fmt: skip
