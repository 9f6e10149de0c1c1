"""Deliberate faults: what networks written from scratch get wrong in backward, to see what becomes of it.

A fault is a named value. ``Model(..., faults={uid: [UNROTATED]})`` builds that layer with it; nothing else knows of
faults: architectures, projects and checkpoints never hold one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from engine.differences import TIE_DECIMALS
from engine.geometry import Axis
from engine.layer import Array, Layer, LayerConfig, Shape
from engine.layers import faulty
from engine.layers.conv import Conv2DConfig
from engine.layers.faulty import Spoil
from engine.layers.pool import Pool2DConfig
from engine.layers.pool_global import GlobalAveragePoolConfig
from engine.ops import im2col


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for backward to be wrong.

    Attributes:
        name: what it is called in code.
        title: what somebody does who makes it.
        brief: what its gradients are, after "Faulty gradients:".
        story: what goes wrong, and why it is made.
        idle: why it changes nothing, for a layer and what it reads, (C, H, W) or (features,); '' where it does.
        suits: whether a layer can have it.
        spreads: whether the layers before are misled too, for it spoils the gradient that goes to them.
    """

    name: str
    title: str
    brief: str
    story: str
    idle: Callable[[LayerConfig, Array], str]
    suits: Callable[[LayerConfig], bool]
    spreads: bool = True


Faults = Mapping[str, Collection[Fault]]  # by the uid of the layer


def _is_convolution(config: LayerConfig) -> bool:
    return isinstance(config, Conv2DConfig)


def _picks(config: LayerConfig) -> bool:
    return isinstance(config, Pool2DConfig) and config.mode != "mean"


def _is_mean(config: LayerConfig) -> bool:
    return isinstance(config, GlobalAveragePoolConfig) or (isinstance(config, Pool2DConfig) and config.mode == "mean")


def _learns(config: LayerConfig) -> bool:
    return type(config).parameter_shapes is not LayerConfig.parameter_shapes


def _no_gaps(config: LayerConfig, x: Array) -> str:
    assert isinstance(config, Conv2DConfig)
    window = config.window(x.shape)
    gaps = any(axis.dilated > axis.output for axis in (window.rows, window.cols))
    return "" if gaps else "the stride is 1, or there is one window: no zeros come between neighbours"


def _unmoved(config: LayerConfig, x: Array) -> str:
    assert isinstance(config, Conv2DConfig)
    window = config.window(x.shape)
    stays = all(_reading(axis) == {(axis.kernel - 1) / 2} for axis in (window.rows, window.cols))
    return "the one cell of the kernel that reads pixels stays where it is when it is rotated" if stays else ""


def _reading(axis: Axis) -> set[float]:
    """Return which cells of the kernel are ever over a pixel."""
    return {cell for cell in range(axis.kernel) if axis.tap(cell)[0] != slice(0, 0)}


def _none_excluded(config: LayerConfig, x: Array) -> str:
    assert isinstance(config, Conv2DConfig)
    window = config.window(x.shape)
    excluded = window.rows.trailing or window.cols.trailing
    return "" if excluded else "r = 0: the windows reach the last row and column"


def _no_ties(config: LayerConfig, x: Array) -> str:
    assert isinstance(config, Pool2DConfig)
    best = {"max": -1, "min": 1}[config.mode]
    cells = best * np.round(x[None].astype(float), TIE_DECIMALS)
    window = config.window(x.shape)
    columns = im2col.im2col(cells, window, np.inf).reshape(len(x), window.taps, -1)
    tied = np.count_nonzero(columns == columns.min(axis=1, keepdims=True), axis=1) > 1
    return "" if tied.any() else "no window has two equal winners"


def _one_value(config: LayerConfig, x: Array) -> str:
    return "" if _cells(config, x.shape) > 1 else "the mean of a single value is that value"


def _never_idle(config: LayerConfig, x: Array) -> str:
    return ""


UNDILATED = Fault(
    "undilated", "Skip the dilation", "not dilated",
    ("dC/dO is used without the S − 1 zeros between neighbouring values. Tests with stride 1 "
     "alone never find this."),
    _no_gaps, _is_convolution,
)  # fmt: skip
UNROTATED = Fault(
    "unrotated", "Do not rotate the kernel", "not rotated",
    "dC/dX is made with the kernel as it is, not rotated by 180°. dC/dW stays right, so that the layer itself learns;"
    " the layers before it are misled.",
    _unmoved, _is_convolution,
)  # fmt: skip
MISPLACED = Fault(
    "misplaced", "Drop the excluded rows", "excluded rows dropped",
    ("The r rows and columns that no window reads are left out of dC/dX instead of being "
     "appended as zeros, and the rest is aligned with the far edge: every gradient is r "
     "pixels away from where it belongs."),
    _none_excluded, _is_convolution,
)  # fmt: skip
DOUBLED = Fault(
    "doubled", "Double the ties", "ties doubled",
    ("A mask of all values that equal the winner gives each of them the full gradient. After "
     "a ReLU, whole windows of zeros tie."),
    _no_ties, _picks,
)  # fmt: skip
UNDIVIDED = Fault(
    "undivided", "Do not divide the mean", "mean not divided",
    ("Each pixel gets the whole gradient of the mean instead of an equal part of it: too "
     "large by the number of pixels in the window."),
    _one_value, _is_mean,
)  # fmt: skip
DIVIDED_TWICE = Fault(
    "divided twice", "Divide by N twice", "divided by N twice",
    ("The loss is already the mean over the mini-batch; this layer divides its gradients by N "
     "once more. With plain gradient descent it hardly learns; Adam, which is insensitive to "
     "their size, hides the fault."),
    _never_idle, _learns, spreads=False,
)  # fmt: skip

ALL = (UNDILATED, UNROTATED, MISPLACED, DOUBLED, UNDIVIDED, DIVIDED_TWICE)


def suiting(config: LayerConfig) -> tuple[Fault, ...]:
    """Return the faults that a layer can have."""
    return tuple(fault for fault in ALL if fault.suits(config))


def spoilt(layer: Layer, config: LayerConfig, shape: Shape, faults: Collection[Fault]) -> Layer:
    """Return *layer*, for inputs of *shape*, with those of *faults* that suit it; itself where none does."""
    spoils = _spoils(config, shape, [fault for fault in suiting(config) if fault in faults])
    return faulty.Faulty(layer, spoils) if spoils else layer


def _spoils(config: LayerConfig, shape: Shape, faults: Collection[Fault]) -> list[Spoil]:
    """Return what the faults do, in an order in which each leaves what those before it did."""
    spoils: list[Spoil] = []
    if isinstance(config, Conv2DConfig) and {UNDILATED, UNROTATED, MISPLACED} & {*faults}:
        stages = (fault not in faults for fault in (UNDILATED, UNROTATED, MISPLACED))
        spoils.append(faulty.convolution(config.window(shape), config.groups, *stages))
    if DOUBLED in faults and isinstance(config, Pool2DConfig):
        spoils.append(faulty.doubled(config.window(shape)))
    if UNDIVIDED in faults:
        spoils.append(faulty.undivided(_cells(config, shape)))
    if DIVIDED_TWICE in faults:
        spoils.append(faulty.divided_twice)
    return spoils


def _cells(config: LayerConfig, shape: Shape) -> int:
    """Return how many values a mean is of."""
    return config.window(shape).taps if isinstance(config, Pool2DConfig) else prod(shape[1:])
