"""The stages of a convolution's dC/dX: what each is called, and the planes that it is made of."""

from dataclasses import dataclass, replace
from enum import IntEnum

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens import marks
from cnn_gui.lens.backward import words
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.step.lane import Face
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.grid import Floats, Grid
from engine.trace.convolution import ConvolutionTrace


class Stage(IntEnum):
    """In the order of the way back."""

    GRADIENT = 0
    DILATED = 1
    PADDED = 2
    ROTATED = 3
    SLID = 4
    CROPPED = 5


@dataclass(frozen=True, eq=False)
class Planes:
    """An array for each filter that reads the channel.

    Attributes:
        values: (K, H, W).
        face: how they look; the title has {0} for the filter.
    """

    values: Floats
    face: Face

    def grid(self, plane: int, name: int, limit: float) -> Grid:
        """Return one of them as a picture with colours up to *limit*; *name* is the filter's number."""
        return replace(self.face, limit=limit).grid(self.values[plane], name)


def names() -> tuple[str, ...]:
    """Return what the stages are called, in their order."""
    return _tr("dC/dO"), _tr("Dilate"), _tr("Pad"), _tr("Rotate"), _tr("Slide"), _tr("Crop")


def sentence(trace: ConvolutionTrace, channel: int, stage: Stage, channels: Channels) -> str:
    """Return what happens in a stage, with the layer's numbers."""
    return {
        Stage.GRADIENT: lambda: words.gradient(trace, channel, channels), Stage.DILATED: lambda: words.dilated(trace),
        Stage.PADDED: lambda: words.padded(trace), Stage.ROTATED: lambda: words.rotated(trace),
        Stage.SLID: lambda: words.slid(trace, channel), Stage.CROPPED: lambda: words.cropped(trace),
    }[stage]()  # fmt: skip


def planes(trace: ConvolutionTrace, channel: int, stage: Stage) -> Planes:
    """Return what a stage up to ROTATED leaves."""
    filters, window = trace.readers(channel), trace.window
    if stage is Stage.GRADIENT:
        return Planes(trace.grad_output[filters], Face(_tr("dC/dO {0}"), ColorMap.GRADIENTS, 1))
    if stage is Stage.DILATED:
        name = words.gradient_name(trace, around=False)
        face = Face(name, ColorMap.GRADIENTS, 1, marks.dilated(window, trace.apart))
        return Planes(trace.dilated[filters], face)
    if stage is Stage.PADDED:
        name = words.gradient_name(trace, around=True)
        face = Face(name, ColorMap.GRADIENTS, 1, marks.spread(window, trace.apart))
        return Planes(trace.spread[filters], face)
    return _kernels(trace, channel, rotated=True)


def planes_before(trace: ConvolutionTrace, channel: int, stage: Stage) -> Planes | None:
    """Return what a stage up to ROTATED begins with; None for the first."""
    if stage is Stage.ROTATED:
        return _kernels(trace, channel, rotated=False)
    return planes(trace, channel, Stage(stage - 1)) if stage else None


def _kernels(trace: ConvolutionTrace, channel: int, rotated: bool) -> Planes:
    title = words.kernel_name(trace) if rotated else _tr("kernel {0}")
    face = Face(title, ColorMap.WEIGHTS, 1, marks.kernel(trace.window))
    return Planes(trace.kernels(channel, rotated), face)


def _tr(text: str) -> str:
    return QCoreApplication.translate("stages", text)
