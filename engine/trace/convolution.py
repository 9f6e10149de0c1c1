"""A convolution of one sample taken apart: what it reads, and the way of its gradients back.

X is the input's extent, P the padding, K' = (K - 1) D + 1 the kernel's with its dilation, S the stride, O the
output's. The gradient of the input is a full convolution: dC/dO with S - 1 zeros put between its neighbours and K' - 1
around, under the kernel rotated by 180 degrees; rows and columns that no window reads are appended as zeros, and the
padding is cropped. The gradient of the weights is the cross-correlation of the padded input, without those rows and
columns, with the dilated dC/dO. Source: Dumoulin & Visin, arXiv 1603.07285, section 4.
"""

from functools import cached_property
from typing import cast

import numpy as np

from engine.faults import MISPLACED, UNDILATED, UNROTATED
from engine.geometry import Axis
from engine.layer import Array
from engine.layers.conv import Conv2DConfig
from engine.ops import im2col
from engine.trace.correlation import Correlation
from engine.trace.dilation import Dilation, dilate
from engine.trace.record import LayerTrace

_SAME = 1e-9  # of the largest magnitude
_ROUNDING = 1e-12  # of a sum of magnitudes; in float64 it is some 1e-16 a term


class ConvolutionTrace:
    """The intermediates of a convolution, in float64; each is computed when it is first asked for.

    Where the layer has deliberate faults, the stages have them too; ``col2im`` is what is right.

    Attributes:
        window: where the kernels read.
        groups: G; filters of group g see the channels of group g alone.
        input: (C, H, W).
        output: (F, OH, OW).
        grad_output: (F, OH, OW), dC/dO.
        weight: (F, C/G, KH, KW).
        bias: (F,), zeros where it has none.
    """

    def __init__(self, layer: LayerTrace) -> None:
        config = cast(Conv2DConfig, layer.spec.config)
        self._layer, self._config = layer, config
        self.window, self.groups = config.window(layer.input.shape), config.groups
        self._dilation = Dilation(self.window, UNDILATED in layer.faults)
        self.input, self.output, self.grad_output = layer.input, layer.output, layer.grad_output
        self.weight: Array = layer.parameters["weight"]
        self._full: tuple[int, Correlation] | None = None  # the last one that was asked for
        self.bias: Array = layer.parameters.get("bias", np.zeros(len(self.weight)))

    def channels(self, filter_: int) -> slice:
        """Return the input channels that a filter reads."""
        return _share(filter_, len(self.weight) // self.groups, self.weight.shape[1])

    def readers(self, channel: int) -> slice:
        """Return the filters that read an input channel."""
        return _share(channel, self.weight.shape[1], len(self.weight) // self.groups)

    @cached_property
    def padded(self) -> Array:
        """(C, H + 2P, W + 2P): the input with its padding."""
        rows, cols = self.window.rows, self.window.cols
        return np.pad(self.input, ((0, 0), (rows.before, rows.after), (cols.before, cols.after)))

    def forward(self, filter_: int) -> Correlation:
        """Return how a filter's map is made: its C/G planes of the padded input under its kernel, and the bias."""
        source, bias = self.padded[self.channels(filter_)], float(self.bias[filter_])
        return Correlation(source, self.weight[filter_], self._config.stride, self._config.dilation, bias)

    @property
    def apart(self) -> tuple[int, int]:
        """How many rows and columns neighbours of dC/dO are apart in ``dilated``: S."""
        return (1, 1) if self._dilation.skipped else self._config.stride

    @property
    def rotates(self) -> bool:
        """Whether ``rotated`` is rotated; it is not where that is a deliberate fault."""
        return UNROTATED not in self._layer.faults

    @property
    def dilates(self) -> bool:
        """Whether ``dilated`` has its zeros between neighbours; not where that is a deliberate fault."""
        return not self._dilation.skipped

    @property
    def appends(self) -> bool:
        """Whether ``appended`` has its zeros at the end; they are in front where that is a deliberate fault."""
        return MISPLACED not in self._layer.faults

    @cached_property
    def dilated(self) -> Array:
        """(F, (OH - 1) S + 1, (OW - 1) S + 1): dC/dO with S - 1 zeros between neighbours."""
        return self._dilation.between(self.grad_output)

    @cached_property
    def spread(self) -> Array:
        """(F, ...): ``dilated`` with K' - 1 zeros on every side."""
        return self._dilation.around(self.dilated)

    @cached_property
    def rotated(self) -> Array:
        """(F, C/G, KH, KW): every kernel rotated by 180 degrees."""
        return self.weight[:, :, ::-1, ::-1] if self.rotates else self.weight

    def kernels(self, channel: int, rotated: bool) -> Array:
        """Return (F/G, K', K'): the kernel of each filter that reads a channel, with D - 1 zeros between its cells."""
        kernels = self.rotated if rotated else self.weight
        return dilate(kernels[self.readers(channel), channel % self.weight.shape[1]], self._config.dilation)

    def full(self, channel: int) -> Correlation:
        """Return the full convolution of a channel: dC/dO of each filter that reads it, under its rotated kernel.

        Its output, ((OH - 1) S + K', (OW - 1) S + K'), is dC/dX of the padded input without what no window reaches.
        """
        if self._full is None or self._full[0] != channel:
            self._full = channel, self._full_of(channel)
        return self._full[1]

    def appended(self, channel: int) -> Array:
        """Return (H + 2P, W + 2P): the output of ``full`` with a zero for every trailing row and column."""
        ends = [(0, axis.trailing) for axis in self._axes]
        if not self.appends:
            ends = [(after, before) for before, after in ends]
        return np.pad(self.full(channel).output, ends)

    def cropped(self, channel: int) -> Array:
        """Return (H, W): ``appended`` without the padding, the channel's dC/dX."""
        rows, cols = (slice(axis.before, axis.before + axis.size) for axis in self._axes)
        return self.appended(channel)[rows, cols]

    @cached_property
    def columns(self) -> Array:
        """(C, KH, KW, OH, OW): im2col, the patch under each place of the window as a column."""
        columns: Array = im2col.im2col(self.input[None], self.window)[0]
        return columns

    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def col2im(self, channel: int) -> Array:
        """Return (H, W): dC/dX of a channel another way, products of weights and dC/dO added back patch by patch."""
        filters = self.readers(channel)
        kernels = self.weight[filters, channel % self.weight.shape[1]]
        columns = np.tensordot(kernels, self.grad_output[filters], (0, 0))
        grad_input: Array = im2col.col2im(columns[None, None], self.window)[0, 0]
        return grad_input

    @np.errstate(all="ignore")
    def rounding(self, channel: int) -> float:
        """Return how far ``cropped`` and ``col2im`` may be apart by rounding alone."""
        kernels = self.weight[self.readers(channel), channel % self.weight.shape[1]]
        return float(_ROUNDING * np.abs(kernels).sum() * np.abs(self.grad_output).max(initial=0))

    @cached_property
    def trimmed(self) -> Array:
        """(C, (OH - 1) S + K', (OW - 1) S + K'): the padded input without its trailing rows and columns."""
        return self.padded[:, : self.window.rows.used, : self.window.cols.used]

    def weight_gradient(self, filter_: int, channel: int) -> Correlation:
        """Return how one kernel's dC/dW comes about: the trimmed channel under the filter's dilated dC/dO.

        Args:
            filter_: f.
            channel: k, counted within the filter's group: the gradient is that of weight[f, k].
        """
        source = self.trimmed[self.channels(filter_).start + channel]
        present = None if np.isfinite(source).all() else self._dilation.values[0]
        return Correlation(source[None], self.dilated[filter_][None], self._config.dilation, present=present)

    @np.errstate(all="ignore")
    def right_weight_gradient(self, filter_: int, channel: int) -> Array:
        """Return (KH, KW): the same another way, without any fault: the patches, each times its dC/dO, added up."""
        columns = self.columns[self.channels(filter_).start + channel]
        right: Array = np.tensordot(columns, self.grad_output[filter_], 2)
        return right

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def row_sums(self) -> Array:
        """(F, OH): each row of dC/dO added up."""
        row_sums: Array = self.grad_output.sum(axis=2)
        return row_sums

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def bias_gradient(self) -> Array:
        """(F,): dC/db, all of dC/dO of each filter added up."""
        bias_gradient: Array = self.row_sums.sum(axis=1)
        return bias_gradient

    def _full_of(self, channel: int) -> Correlation:
        filters, dilation = self.readers(channel), self._config.dilation
        source, kernels = self.spread[filters], self.rotated[filters, channel % self.weight.shape[1]]
        if np.isfinite(kernels).all():
            return Correlation(source, kernels, dilation=dilation)
        values = self._dilation.around(self._dilation.values)
        present = Correlation(values, kernels[:1], dilation=dilation).windows[0]
        return Correlation(source, kernels, dilation=dilation, present=present)

    @property
    def _axes(self) -> tuple[Axis, Axis]:
        return self.window.rows, self.window.cols


@np.errstate(all="ignore")
def largest_difference(ours: Array, other: Array) -> float:
    """Return how far two results of one shape are apart at most; NaN where one of their values is no number."""
    return float(np.abs(ours - other).max())


@np.errstate(all="ignore")
def agree(ours: Array, other: Array) -> bool:
    """Return whether two results of one shape are the same, but for rounding and for what is no number."""
    scale = max(np.abs(ours).max(initial=0), np.abs(other).max(initial=0))
    return not largest_difference(ours, other) > _SAME * scale


def _share(of: int, many: int, each: int) -> slice:
    """Return the *each* members of the group that the member *of*, of *many* a group, belongs to."""
    return slice(of // many * each, (of // many + 1) * each)
