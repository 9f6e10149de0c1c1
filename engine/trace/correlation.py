"""Cross-correlations with every number in reach: the sliding sums of products that forward and both gradients of a
convolution are made of. A full convolution is one with the rotated kernel."""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from engine.layer import Array

Pair = tuple[int, int]

_CELLS = 2**15  # of the output at a time, which stay in the cache


@dataclass(frozen=True, slots=True)
class Terms:
    """What one output cell adds up.

    Attributes:
        values: (K, KH, KW), the cells of the source under the kernel.
        factors: (K, KH, KW), the kernel's.
        bias: what is added at last.
        present: (KH, KW), where there is a product; None for everywhere. See ``Correlation``.
    """

    values: Array
    factors: Array
    bias: float
    present: Array | None = None

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def products(self) -> Array:
        """(K, KH, KW): value times factor, 0 where there is no product."""
        products = self.values * self.factors
        return products if self.present is None else np.where(self.present, products, 0)

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def sums(self) -> Array:
        """(K,): the sum of each plane's products."""
        sums: Array = self.products.sum(axis=(1, 2))
        return sums

    @property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def total(self) -> float:
        """The output cell."""
        return float(self.sums.sum()) + self.bias


@dataclass(frozen=True, eq=False)
class Correlation:
    """A cross-correlation, a kernel slid over a source:

    output[i,j] = bias + sum over k,u,v of source[k, iS + uD, jS + vD] kernel[k,u,v].

    Attributes:
        source: (K, H, W), with whatever padding it has.
        kernel: (K, KH, KW), not rotated.
        stride: S, down and across.
        dilation: D, the distance between the cells that the kernel reads, down and across.
        bias: added to every cell.
        present: bool, broadcast to (OH, OW, KH, KW): where there is a product at all. A zero that only stands between
            values is none, whatever it meets: zero times infinity is no number. None for everywhere.
    """

    source: Array
    kernel: Array
    stride: Pair = (1, 1)
    dilation: Pair = (1, 1)
    bias: float = 0.0
    present: Array | None = None

    @cached_property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def parts(self) -> Array:
        """(K, OH, OW): each plane's share of the output, before they are added up."""
        present = self._present
        if present is None and self.kernel[0].size >= prod(self.places):  # of a gradient of weights
            few: Array = np.einsum("kijuv,kuv->kij", self.windows, self.kernel)
            return few
        parts = np.zeros(self.windows.shape[:3])
        planes = max(1, _CELLS // parts[0].size)
        for start in range(0, len(parts), planes):
            some = slice(start, start + planes)
            _add_up(self.windows[some], self.kernel[some], present, parts[some])
        return parts

    @cached_property
    @np.errstate(all="ignore")  # what is not finite is shown as it is
    def output(self) -> Array:
        """(OH, OW)."""
        if self.present is not None or self.kernel[0].size >= prod(self.places):
            summed: Array = self.parts.sum(axis=0) + self.bias
            return summed
        output = np.full(self.places, self.bias)
        products = np.tensordot(self.kernel, self.source, (0, 0))  # of each tap at each cell, summed over the planes
        (s, t), (d, e), (rows, columns) = self.stride, self.dilation, self.places
        for u, v in np.ndindex(products.shape[:2]):
            output += products[u, v, u * d :: s, v * e :: t][:rows, :columns]
        return output

    @property
    def places(self) -> Pair:
        """(OH, OW): how many places the kernel takes, down and across."""
        return self.windows.shape[1], self.windows.shape[2]

    def terms(self, i: int, j: int) -> Terms:
        """Return what the output cell (i, j) adds up; raises IndexError for a place outside."""
        present = None if self._present is None else self._present[i, j]
        return Terms(self.windows[:, i, j], self.kernel, self.bias, present)

    def window(self, i: int, j: int) -> tuple[slice, slice]:
        """Return the rows and columns of the source that the kernel reads at (i, j)."""
        axes = zip((i, j), self.stride, self.dilation, self.kernel.shape[1:], strict=True)
        rows, cols = (slice(n * s, n * s + (k - 1) * d + 1, d) for n, s, d, k in axes)
        return rows, cols

    def place_over(self, row: int, col: int) -> Pair:
        """Return the place whose window has its middle nearest to the cell (row, col) of the source."""
        axes = zip((row, col), self.places, self.stride, self.dilation, self.kernel.shape[1:], strict=True)
        i, j = (min(o - 1, max(0, round((n - (k - 1) * d / 2) / s))) for n, o, s, d, k in axes)
        return i, j

    @cached_property
    def windows(self) -> Array:
        """(K, OH, OW, KH, KW): what the kernel reads at each place, a view of the source."""
        extent = tuple((k - 1) * d + 1 for k, d in zip(self.kernel.shape[1:], self.dilation, strict=True))
        (s, t), (d, e) = self.stride, self.dilation
        return sliding_window_view(self.source, extent, axis=(1, 2))[:, ::s, ::t, ::d, ::e]

    @property
    def _present(self) -> Array | None:
        return None if self.present is None else np.broadcast_to(self.present, self.windows.shape[1:])


def _add_up(windows: Array, kernel: Array, present: Array | None, out: Array) -> None:
    """Add to *out* (K, OH, OW) each plane's products of *windows* (K, OH, OW, KH, KW) and *kernel*, tap by tap.

    Args:
        present: bool, (OH, OW, KH, KW): where there is a product, in every plane; None for everywhere.
    """
    products = np.empty_like(out)
    for u, v in np.ndindex(kernel.shape[1:]):
        np.multiply(windows[..., u, v], kernel[:, u, v, None, None], out=products)
        if present is not None:
            products[:, ~present[..., u, v]] = 0
        out += products
