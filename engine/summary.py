"""What a network is made of and what it costs: parameters, multiply-adds, memory. Nothing is built."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from engine.architecture import Architecture, LayerSpec
from engine.layer import Shape
from engine.shapes import LayerInfo, infer_shapes, show

BYTES = np.dtype(np.float32).itemsize  # of a value in training
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


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
    """All layers of a network, for samples of ``input_shape``; a value takes ``value_bytes``. Print it for a table."""

    input_shape: Shape
    layers: tuple[LayerSummary, ...]
    value_bytes: int = BYTES

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
        return self.value_bytes * (self.parameters + sum(layer.kept for layer in self.layers))

    @property
    def activation_bytes(self) -> int:
        """Memory of a sample and of every layer's output for it; what the engine keeps for the way back differs."""
        return self.value_bytes * (prod(self.input_shape) + sum(layer.values for layer in self.layers))

    def __str__(self) -> str:
        return "\n".join((*table(self), "", *costs(self)))


def summarise(architecture: Architecture, input_shape: Shape, value_bytes: int = BYTES) -> Summary:
    """Return the summary of a chain for samples of *input_shape* (C, H, W); a chain that cannot work has one too."""
    infos = infer_shapes(architecture, input_shape)
    return Summary(input_shape, tuple(map(_layer, architecture.layers, infos)), value_bytes)


def table(summary: Summary) -> Iterator[str]:
    """Yield a line for each layer: its place, name, settings, output, multiply-adds, parameters, what is wrong."""
    yield _row("", "layer", "settings", "output", "multiply-adds", "parameters")
    yield _row("0", "Input", "", show(summary.input_shape), "", "")
    for position, layer in enumerate(summary.layers, 1):
        output = show(layer.output) if layer.output else "?"
        work = f"{layer.multiply_adds:,}" if layer.multiply_adds else ""
        yield _row(str(position), layer.label, layer.settings, output, work, _parameters(layer))
        if layer.problem:
            yield f"     {layer.problem}"
    yield _row("", "Total", "", "", f"{summary.multiply_adds:,}", f"{summary.parameters:,}")


def costs(summary: Summary, batch_size: int = 1) -> Iterator[str]:
    """Yield a line for each kind of memory, and one that says what is counted."""
    one = summary.activation_bytes
    batch = f", {size(one * batch_size)} for a mini-batch of {batch_size:,}" if batch_size > 1 else ""
    yield f"Memory of the parameters: {size(summary.parameter_bytes)}; their gradient and each moment take as much."
    yield f"Memory of the activations: {size(one)} for an image{batch}."
    yield "Multiply-adds are those of one image, forward; with the way back a step takes about three times as many."


def size(count: int) -> str:
    """Return *count* bytes as a person reads them: '241.0 KiB'."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:,.1f} {UNITS[unit]}" if unit else f"{count} bytes"


def _layer(spec: LayerSpec, info: LayerInfo) -> LayerSummary:
    config, problem = spec.config, str(info.problem or "")
    if info.input is None or info.output is None:
        return LayerSummary(spec.type.label, config.summary(), info.output, info.parameters, "", 0, 0, problem)
    kept = sum(map(prod, config.statistic_shapes(info.input).values()))
    return LayerSummary(
        spec.type.label, config.summary(), info.output, info.parameters, config.parameter_arithmetic(info.input),
        config.multiply_adds(info.input), kept, problem,
    )  # fmt: skip


def _parameters(layer: LayerSummary) -> str:
    return layer.arithmetic or (f"{layer.parameters:,}" if layer.parameters else "")


def _row(place: str, label: str, settings: str, output: str, work: str, parameters: str) -> str:
    return f"{place:>3}  {label:<16}{settings:<26}{output:<14}{work:>14}  {parameters}".rstrip()
