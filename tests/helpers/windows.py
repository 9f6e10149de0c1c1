"""Hypothesis strategies for windows with dilation and padding words, and for convolutions in groups."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from engine.geometry import PADDING_WORDS, Padding, Window
from engine.ops import im2col
from tests.helpers.rounding import assert_same_sums

Array = npt.NDArray[Any]
Pair = tuple[int, int]
Arguments = tuple[Array, Array, Array | None, Array]  # x, weight, bias, grad_output
Results = tuple[Array, ...]  # y, grad_input, grad_weight, grad_bias

SEEDS = st.integers(0, 2**32 - 1)
LARGEST = 7  # pixels along an axis, unless the window needs more


@dataclass(frozen=True)
class Reading:
    """A window over an input, by (rows, columns), as the public functions take it."""

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Padding
    dilation: Pair

    @property
    def window(self) -> Window:
        return Window.of(self.size, self.kernel, self.stride, self.padding, self.dilation)

    @property
    def taps(self) -> int:
        return self.kernel[0] * self.kernel[1]


@st.composite
def readings(draw: st.DrawFn, pooling: bool = False) -> Reading:
    """Draw a window that fits, rows and columns independently: S > K, 1 x 1, K = X and windows of padding all occur.

    With *pooling* it has no dilation, and every window holds a pixel.
    """
    word = draw(st.sampled_from((None, *PADDING_WORDS)))
    sizes, kernels, strides, paddings, dilations = zip(*(draw(_axes(word, pooling)) for _ in range(2)), strict=True)
    return Reading(sizes, kernels, strides, word or paddings, dilations)


@st.composite
def _axes(draw: st.DrawFn, word: str | None, pooling: bool) -> tuple[int, int, int, int, int]:
    """Draw (size, kernel, stride, padding, dilation) that fit; the padding counts where *word* is None."""
    kernel, stride, dilation = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 5)),
        draw(st.integers(1, 1 if pooling else 3)),
    )
    extent = (kernel - 1) * dilation + 1
    padding = draw(st.integers(0, kernel - 1 if pooling else extent + 1)) if word is None else 0
    least = 1 if word in ("same", "full") else max(1, extent - 2 * padding)
    return draw(st.integers(least, max(least, LARGEST))), kernel, stride, padding, dilation


@dataclass(frozen=True)
class Convolution:
    """A convolution of *n* images: where it reads, in how many groups, from and to how many channels."""

    reading: Reading
    groups: int
    channels: int
    filters: int
    n: int
    biased: bool

    @property
    def how(self) -> dict[str, Any]:
        """The keyword arguments after x, weight and bias."""
        of = self.reading
        return {"stride": of.stride, "padding": of.padding, "dilation": of.dilation, "groups": self.groups}

    @property
    def terms(self) -> tuple[int, int, int, int]:
        """How many products each result adds up, at most."""
        places = self.n * self.reading.window.output[0] * self.reading.window.output[1]
        taps = self.reading.taps
        return self.channels // self.groups * taps + 1, self.filters // self.groups * taps, places, places

    def arguments(self, seed: int) -> Arguments:
        """Return numbers that float32 holds exactly, as float64."""
        rng = np.random.default_rng(seed)
        shapes = (
            (self.n, self.channels, *self.reading.size),
            (self.filters, self.channels // self.groups, *self.reading.kernel),
            (self.filters,),
            (self.n, self.filters, *self.reading.window.output),
        )
        x, weight, bias, d = (rng.standard_normal(shape, np.float32).astype(float) for shape in shapes)
        return x, weight, bias if self.biased else None, d

    def results(self, functions: Any, x: Array, weight: Array, bias: Array | None, d: Array) -> Results:
        """Return output and gradients by the functions of a module: ``engine.ops`` or another backend."""
        y = functions.conv2d(x, weight, bias, **self.how)
        return y, *functions.conv2d_backward(d, x, weight, **self.how)

    def assert_same(self, ours: Results, theirs: Results, arguments: Arguments, dtype: npt.DTypeLike = float) -> None:
        """Assert that two ways of computing this in *dtype* differ by no more than their order of adding up can."""
        x, weight, bias, d = arguments
        absolute = self.results(im2col, *map(np.abs, (x, weight, np.zeros(len(weight)) if bias is None else bias, d)))
        for each in zip(ours, theirs, absolute, self.terms, strict=True):
            assert_same_sums(*each, dtype=dtype)


@st.composite
def convolutions(draw: st.DrawFn) -> Convolution:
    """Draw a convolution: one group, several, and depthwise with a multiplier all occur, with a bias and without."""
    groups, depth, multiplier = (draw(st.integers(1, 3)) for _ in range(3))
    n, biased = draw(st.integers(1, 3)), draw(st.booleans())
    return Convolution(draw(readings()), groups, groups * depth, groups * multiplier, n, biased)
