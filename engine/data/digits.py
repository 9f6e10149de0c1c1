"""MNIST's own preparation of a digit, so that a drawing looks like what the network was trained on.

Other data sets of drawings were prepared alike, but for the size of the box, what is put in the middle, and the pen.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ink = npt.NDArray[np.float32]
_Floats = npt.NDArray[np.floating]

_FIELD, _BOX = 28, 20  # px: MNIST's picture and the box that the digit is scaled to fill
_PAPER = 1 / 512  # anything fainter than half a grey level of an 8-bit picture is paper
_FINE, _FINEST = 4, 160  # strokes are made thinner at so many times the resolution of the result, up to 160 px
_TIE = 1e-5  # px: keeps rounding noise from shifting a symmetric digit by a whole pixel


def normalise_digit(
    ink: npt.NDArray[np.floating], shape: tuple[int, int] = (_FIELD, _FIELD), box: int = 0, by_mass: bool = True
) -> Ink:
    """Crop to the ink, scale its longer side to 20 px and centre its mass: y = A @ ink @ B, then placed.

    A (rows, H) and B (W, cols) hold the weights of one axis each: exact areas of overlap when shrinking
    (anti-aliasing), linear interpolation when enlarging; s = 20 / max(height, width) on both axes keeps
    the aspect ratio. The picture is then moved by whole pixels until the centre of mass lies within half
    a pixel of pixel (14, 14), as far as it goes without cutting anything off. MNIST's own pictures come back
    unchanged: 9,997 of the 10,000 of its test set (the others have a longer side of 19).

    Stroke width scales with the digit, as in MNIST: a pen of width p and a digit of height h give
    strokes of 20 p / h px; MNIST's own are about 2 to 4 px, and ``fit_strokes`` makes others like them.

    Args:
        ink: (H, W) of any size, in [0, 1]: 0 is paper, 1 is full ink.
        shape: (height, width) of the result in px; another size keeps the proportion 20 : 28.
        box: what the longer side is scaled to in px, where that is not MNIST's; at most the shorter side of *shape*.
        by_mass: put the centre of mass in the middle, not that of the box.

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
    marked = _crop(ink)
    if marked.size == 0:
        return picture
    scale = (box or box_of(shape)) / max(marked.shape)
    digit = _weights(marked.shape[0], scale) @ marked @ _weights(marked.shape[1], scale).T
    if by_mass:
        top, left = _start(digit.sum(axis=1), shape[0]), _start(digit.sum(axis=0), shape[1])
    else:
        top, left = (shape[0] - digit.shape[0]) // 2, (shape[1] - digit.shape[1]) // 2
    picture[top : top + digit.shape[0], left : left + digit.shape[1]] = np.minimum(digit, 1)
    return picture


def box_of(shape: tuple[int, int]) -> int:
    """Return the side in px of the box that MNIST's proportions give a digit in a picture of *shape*."""
    return max(1, min(shape) * _BOX // _FIELD)


def whole_sheet(ink: npt.NDArray[np.floating], shape: tuple[int, int]) -> Ink:
    """Return *ink* (H, W) scaled so that all of it fits *shape*, in its middle; paper is added, nothing is cut off."""
    ink = np.asarray(ink, dtype=np.float32)
    _require_ink(ink)
    scale = min(shape[0] / ink.shape[0], shape[1] / ink.shape[1])
    sheet = _weights(ink.shape[0], scale) @ ink @ _weights(ink.shape[1], scale).T
    picture = np.zeros(shape, np.float32)
    top, left = (shape[0] - sheet.shape[0]) // 2, (shape[1] - sheet.shape[1]) // 2
    picture[top : top + sheet.shape[0], left : left + sheet.shape[1]] = np.minimum(sheet, 1)
    return picture


def stroke_widths(ink: npt.NDArray[np.floating]) -> Ink:
    """Return how thick the strokes of each picture of *ink* (N, H, W) are, px: twice its area by its outline's length.

    The outline's length is the total variation, so that a grey edge counts like the sharp one it stands for.
    """
    paper = np.pad(np.asarray(ink, np.float32), ((0, 0), (1, 1), (1, 1)))
    upper, lower = paper[:, :-1], paper[:, 1:]
    down = (lower[:, :, 1:] + lower[:, :, :-1] - upper[:, :, 1:] - upper[:, :, :-1]) / 2
    across = (lower[:, :, 1:] - lower[:, :, :-1] + upper[:, :, 1:] - upper[:, :, :-1]) / 2
    outlines = np.hypot(down, across).sum(axis=(1, 2))
    areas = paper.sum(axis=(1, 2))
    widths: Ink = np.divide(2 * areas, outlines, out=np.zeros_like(areas), where=outlines > 0)
    return widths


def fit_pen(pen: float, length: float, box: int, least: float, most: float) -> float:
    """Return the pen with which a digit has strokes of *least* to *most* px once its longer side is *box* px.

    A path of so great a *length* drawn with a pen p has a side of length + p, and strokes of box p / (length + p).
    Where *pen* gives strokes out of bounds, t px for the nearest bound t, the answer is p = t length / (box - t).

    Args:
        pen: in the unit of *length*; > 0.
        length: longer side of what the pen's middle went through; a dot, at most a quarter of the pen, keeps its pen.
    """
    if length < pen / 4:
        return pen
    drawn = box * pen / (length + pen)
    wanted = min(max(drawn, least), most)
    if wanted == drawn or wanted >= box:
        return pen
    return wanted * length / (box - wanted)


def fit_strokes(ink: npt.NDArray[np.floating], box: int, least: float, most: float) -> Ink:
    """Return *ink* with strokes that are *least* to *most* px thick once its longer side is *box* px.

    Ink within these bounds comes back as it is. Other strokes become thinner or thicker about their middles, by
    the distance of each point from the nearest paper, or ink; see ``fit_pen``.

    Args:
        ink: (H, W) of any size, in [0, 1].

    Returns:
        (H, W), or another size where strokes changed.
    """
    ink = np.asarray(ink, np.float32)
    marked = _crop(ink)
    if marked.size == 0:
        return ink
    side = min(box * _FINE, _FINEST)
    room = math.ceil(least * side / box) + 1  # for what grows
    changed = _redrawn(np.pad(_scaled(marked, side), room), lambda pen: fit_pen(pen, side - pen, box, least, most))
    return ink if changed is None else changed


def fit_strokes_on_sheet(ink: npt.NDArray[np.floating], side: int, least: float, most: float) -> Ink:
    """Return *ink* (H, W) with strokes that are *least* to *most* px thick once the longer side of all is *side* px.

    It has the same proportions; see ``fit_strokes``.
    """
    ink = np.asarray(ink, np.float32)
    if not ink.any():
        return ink
    fine = min(side * _FINE, _FINEST)
    unit = fine / side
    changed = _redrawn(_scaled(ink, fine), lambda pen: min(max(pen, least * unit), most * unit))
    return ink if changed is None else changed


def _scaled(ink: Ink, side: int) -> Ink:
    """Return *ink* (H, W) with a longer side of *side* px."""
    scale = side / max(ink.shape)
    scaled = _weights(ink.shape[0], scale) @ ink @ _weights(ink.shape[1], scale).T
    return scaled.astype(np.float32, copy=False)


def _redrawn(ink: Ink, wanted: Callable[[float], float]) -> Ink | None:
    """Return *ink* (H, W) drawn with the pen that is *wanted* for its own, in px; None where that is the same."""
    if not (ink > _PAPER).any():  # grains that were lost where a picture became smaller
        return None
    inked = ink > 0.5 * np.quantile(ink[ink > _PAPER], 0.95)
    depth = _distances(inked)
    pen = 2 * float(np.median(depth[_ridges(depth)])) - 0.5  # exact for 7.5 px: 2 d - 1 for 7, 2 d for 8
    change = wanted(pen) - pen if pen < max(ink.shape) else 0
    if change == 0:
        return None
    if change < 0:
        return (depth + change / 2).clip(0, 1).astype(np.float32)
    return (1 + change / 2 - _distances(~inked)).clip(0, 1).astype(np.float32)


def _distances(mask: npt.NDArray[np.bool_]) -> Ink:
    """Return how far each pixel of *mask* (H, W) is from the nearest that is not in it; those beyond the edge are in.

    Source: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled Functions" (2012), without the envelope.
    """
    height, width = mask.shape
    down = np.where(mask, np.float32(height + width), np.float32(0))
    for row in range(1, height):
        np.minimum(down[row], down[row - 1] + 1, out=down[row])
    for row in range(height - 2, -1, -1):
        np.minimum(down[row], down[row + 1] + 1, out=down[row])
    across = np.square(np.subtract.outer(np.arange(width, dtype=np.float32), np.arange(width, dtype=np.float32)))
    distances: Ink = np.sqrt(np.stack([(across + line).min(axis=1) for line in down**2]))
    return distances


def _ridges(depth: Ink) -> npt.NDArray[np.bool_]:
    """Return which pixels lie in the middle of a stroke: none beside them is farther from the paper."""
    height, width = depth.shape
    around = np.pad(depth, 1)
    steps = [around[row : row + height, column : column + width] for row in range(3) for column in range(3)]
    ridges: npt.NDArray[np.bool_] = (depth > 0) & (depth >= np.max(steps, axis=0))
    return ridges


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
