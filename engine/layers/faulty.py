"""Layers whose backward is wrong on purpose, each in one way; forward is the normal layer's own.

Plain arithmetic in the layout of the fast path, rows outermost and the batch innermost; nothing here is quick.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from engine.geometry import Axis, Window
from engine.layer import Array, Layer, Workspace

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """One pass back through a layer: its gradients as they should be.

    Attributes:
        grad_input, grad_output, input, output: (H, C, W, N) or (features, N).
        weight: the layer's, or None.
        work: with ``grads``, which may be written to.
    """

    grad_input: Array
    grad_output: Array
    input: Array
    output: Array
    weight: Array | None
    work: Workspace


Spoil = Callable[[Flow], Array]  # returns another dC/dX; it may write to the gradients of the parameters


class Faulty(Layer):
    """Computes as *layer* does, and then has its gradients spoilt."""

    def __init__(self, layer: Layer, spoils: Sequence[Spoil]) -> None:
        super().__init__()
        self._layer, self._spoils = layer, spoils

    def forward(self, x: Array, work: Workspace) -> Array:
        self._layer.parameters = self.parameters
        y = self._layer.forward(x, work)
        work.saved.update(input=x, output=y)
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        dx, saved = self._layer.backward(grad_output, work), work.saved
        for spoil in self._spoils:
            dx = spoil(Flow(dx, grad_output, saved["input"], saved["output"], self.parameters.get("weight"), work))
        return dx


def convolution(window: Window, groups: int, dilated: bool, rotated: bool, appended: bool) -> Spoil:
    """Return a convolution's way back with some of its stages left out.

    Args:
        window: where the kernels read.
        groups: G.
        dilated: put S - 1 zeros between neighbours of dC/dO.
        rotated: rotate the kernel by 180 degrees for dC/dX.
        appended: append zeros for the excluded rows and columns; else what is there ends where the input does.
    """
    step = (window.rows.stride, window.cols.stride) if dilated else (1, 1)
    shift = (0, 0) if appended else (window.rows.trailing, window.cols.trailing)

    def spoil(flow: Flow) -> Array:
        if not dilated:
            flow.work.grads["weight"][...] = _grad_weight(flow, window, groups)
        padded = _grad_padded(flow, window, groups, step, rotated)
        rows, cols = (slice(axis.before, axis.before + axis.size) for axis in (window.rows, window.cols))
        return np.roll(padded, shift, (0, 2))[rows][:, :, cols]  # what comes round is zeros

    return spoil


def doubled(window: Window) -> Spoil:
    """Return what gives every winner of a window the full gradient."""

    def spoil(flow: Flow) -> Array:
        dx = np.zeros_like(flow.input)
        for u, v in product(range(window.rows.kernel), range(window.cols.kernel)):
            (places, pixels), (across, columns) = window.rows.tap(u), window.cols.tap(v)
            won = flow.input[pixels][:, :, columns] == flow.output[places][:, :, across]
            dx[pixels][:, :, columns] += won * flow.grad_output[places][:, :, across]
        return dx

    return spoil


def undivided(cells: int) -> Spoil:
    """Return what gives each of so many *cells* the whole gradient of their mean."""
    return lambda flow: flow.grad_input * cells


def divided_twice(flow: Flow) -> Array:
    """Divide the gradients of the parameters by the size of the mini-batch once more."""
    for gradient in flow.work.grads.values():
        gradient /= flow.work.part.batch
    return flow.grad_input


def _grad_weight(flow: Flow, window: Window, groups: int) -> Array:
    """Return (F, C/G, KH, KW): the correlation of the padded input with dC/dO as it is, undilated."""
    padded, d = _padded(flow.input, window), flow.grad_output
    grads = np.empty_like(flow.work.grads["weight"])
    shares = zip(np.split(grads, groups), np.split(padded, groups, axis=1), np.split(d, groups, axis=1), strict=True)
    for grad, x, dy in shares:
        for u, v in product(range(window.rows.kernel), range(window.cols.kernel)):
            rows, cols = _reach(window, (1, 1), u, v)
            grad[:, :, u, v] = np.einsum("ifjn,icjn->fc", dy, x[rows][:, :, cols], optimize=True)
    return grads


def _grad_padded(flow: Flow, window: Window, groups: int, step: Pair, rotated: bool) -> Array:
    """Return dC/dX of the padded input, with neighbours of dC/dO *step* apart, under kernels *rotated* or not."""
    assert flow.weight is not None
    weight = flow.weight if rotated else flow.weight[:, :, ::-1, ::-1]
    padded, d = np.zeros_like(_padded(flow.input, window)), flow.grad_output
    shares = zip(np.split(weight, groups), np.split(padded, groups, axis=1), np.split(d, groups, axis=1), strict=True)
    for w, mine, dy in shares:
        for u, v in product(range(window.rows.kernel), range(window.cols.kernel)):
            rows, cols = _reach(window, step, u, v)
            mine[rows][:, :, cols] += np.einsum("ifjn,fc->icjn", dy, w[:, :, u, v], optimize=True)
    return padded


def _padded(x: Array, window: Window) -> Array:
    rows, cols = window.rows, window.cols
    return np.pad(x, ((rows.before, rows.after), (0, 0), (cols.before, cols.after), (0, 0)))


def _reach(window: Window, step: Pair, u: int, v: int) -> tuple[slice, slice]:
    """Return the padded rows and columns that the kernel's cell (u, v) is over, one for each output."""

    def along(axis: Axis, step: int, cell: int) -> slice:
        return slice(cell * axis.dilation, cell * axis.dilation + (axis.output - 1) * step + 1, step)

    return along(window.rows, step[0], u), along(window.cols, step[1], v)
