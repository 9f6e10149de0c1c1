"""Colour tables for signed values, zero always in the middle, for images, for ink on paper, and for counts.

A diverging table runs through OKLab, where equal steps look equal (Björn Ottosson, "A perceptual color space for
image processing", 2020, https://bottosson.github.io/posts/oklab/). Both of its halves have the same lightness at
the same distance from zero, and each pair of hues stays apart for the colour-blind.
"""

from enum import Enum
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor

from cnn_gui import theme

LEVELS = 255  # entries for values: an odd number, so that 0 has one of its own
ZERO = 127  # the entry of 0 in a diverging table
BAD = 255  # the entry of what is not a finite number
BAD_COLOUR = "#FFE600"  # in none of the maps

Table = npt.NDArray[np.uint8]
_Hue = tuple[float, float, float]  # degrees; chroma half way to the end, and at the end

_KEYS = {False: (1.0, 0.70, 0.40), True: (0.20, 0.54, 0.84)}  # OKLab lightness at zero, half way, at the end
_TO_CUBE_ROOTS = np.linalg.inv(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_TO_LINEAR_RGB = np.linalg.inv(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)


class ColorMap(Enum):
    """Which colours mean what. GREY is for images, INK for masks, COUNTS begins at 0; the others are signed."""

    ACTIVATIONS = "activations"  # blue, 0, red
    WEIGHTS = "weights"  # brown, 0, blue-green
    GRADIENTS = "gradients"  # purple, 0, orange
    GREY = "grey"  # 0 is black and 1 white in every scheme: an image looks as it is
    INK = "ink"  # 0 is the paper of the scheme and 1 its ink
    COUNTS = "counts"  # red for 0 alone, then blue, the more the stronger

    @property
    def signed(self) -> bool:
        """Whether 0 is in the middle, or else at the beginning."""
        return self not in (ColorMap.GREY, ColorMap.INK, ColorMap.COUNTS)


# For a light and for a dark middle: the hue of negative and the hue of positive values.
_HUES: dict[ColorMap, dict[bool, tuple[_Hue, _Hue]]] = {
    ColorMap.ACTIVATIONS: {
        False: ((258, 0.140, 0.140), (27, 0.160, 0.150)),
        True: ((258, 0.165, 0.075), (27, 0.190, 0.085)),
    },
    ColorMap.WEIGHTS: {
        False: ((72, 0.125, 0.080), (188, 0.115, 0.066)),
        True: ((72, 0.108, 0.118), (188, 0.088, 0.125)),
    },
    ColorMap.GRADIENTS: {
        False: ((300, 0.150, 0.190), (55, 0.155, 0.095)),
        True: ((300, 0.200, 0.085), (55, 0.125, 0.100)),
    },
}

# OKLab lightness and chroma of few and of many, for a light and a dark window; and the share of red in the colour of 0.
_COUNTS_HUE, _COUNTS = 250, {False: ((0.95, 0.42), (0.04, 0.13)), True: ((0.30, 0.86), (0.07, 0.08))}
_NEVER = 0.45


@lru_cache(maxsize=len(ColorMap) * 2)
def table(colormap: ColorMap, dark: bool) -> Table:
    """Return the read-only (256, 4) RGBA table, opaque: LEVELS entries for values, then BAD."""
    scheme = theme.DARK if dark else theme.LIGHT
    values = _diverging(*_HUES[colormap][dark], dark) if colormap.signed else _SEQUENTIAL[colormap](scheme)
    result = np.full((256, 4), 255, np.uint8)
    result[:, :3] = np.concatenate([values, [_rgb(BAD_COLOUR)]])
    result.flags.writeable = False
    return result


@lru_cache(maxsize=len(ColorMap) * 2)
def colours(colormap: ColorMap, dark: bool) -> npt.NDArray[np.uint32]:
    """Return ``table`` as (256,) of Qt's 0xAARRGGBB."""
    red, green, blue, alpha = table(colormap, dark).T.astype(np.uint32)
    return alpha << 24 | red << 16 | green << 8 | blue


def signed_levels(array: npt.NDArray[np.floating]) -> float:
    """Return the largest finite magnitude in *array*: colours then run from minus to plus it; 1.0 if all is 0."""
    low, high = np.min(array, initial=0), np.max(array, initial=0)
    if not (np.isfinite(low) and np.isfinite(high)):
        finite = array[np.isfinite(array)]
        low, high = np.min(finite, initial=0), np.max(finite, initial=0)
    return float(max(-low, high)) or 1.0


def _diverging(negative: _Hue, positive: _Hue, dark: bool) -> npt.NDArray[np.uint8]:
    return _from_lab(np.concatenate([_half(negative, dark)[:0:-1], _half(positive, dark)]))


def _from_lab(lab: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    linear = np.clip((lab @ _TO_CUBE_ROOTS.T) ** 3 @ _TO_LINEAR_RGB.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * encoded).astype(np.uint8)


def _half(hue: _Hue, dark: bool) -> npt.NDArray[np.float64]:
    """Return OKLab (ZERO + 1, 3) from zero to the end."""
    degrees, middle, end = hue
    share = np.linspace(0, 1, ZERO + 1)
    lightness = np.interp(share, (0, 0.5, 1), _KEYS[dark])
    chroma = np.interp(share, (0, 0.5, 1), (0, middle, end))
    return _lab(lightness, chroma, degrees)


def _lab(
    lightness: npt.NDArray[np.float64], chroma: npt.NDArray[np.float64], degrees: float
) -> npt.NDArray[np.float64]:
    angle = np.radians(degrees)
    return np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=1)


def _ink(scheme: theme.Tokens) -> npt.NDArray[np.uint8]:
    ramp = np.linspace(_rgb(scheme.surface), _rgb(scheme.text), LEVELS)
    return np.rint(ramp).astype(np.uint8)


def _counts(scheme: theme.Tokens) -> npt.NDArray[np.uint8]:
    lightness, chroma = (np.linspace(*ends, LEVELS - 1) for ends in _COUNTS[scheme.dark])
    ends = np.array([_rgb(scheme.surface), _rgb(scheme.bad)], float)
    red = np.rint(np.average(ends, axis=0, weights=(1 - _NEVER, _NEVER))).astype(np.uint8)
    return np.concatenate([[red], _from_lab(_lab(lightness, chroma, _COUNTS_HUE))])


def _rgb(colour: str) -> tuple[int, int, int]:
    return QColor(colour).getRgb()[:3]


def _grey(scheme: theme.Tokens) -> npt.NDArray[np.uint8]:
    levels = np.rint(np.linspace(0, 255, LEVELS)).astype(np.uint8)
    return np.repeat(levels[:, None], 3, axis=1)


_SEQUENTIAL = {ColorMap.GREY: _grey, ColorMap.INK: _ink, ColorMap.COUNTS: _counts}
