"""Tell ink from paper in a picture of something drawn, whichever is the darker and however the light falls."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from engine.layer import Array

Flags = npt.NDArray[np.bool_]

FAINT = 0.1  # share of full ink that rings around strokes may have
_MARGIN = 1.5  # how much farther from the paper than nine tenths of the border ink must be
_WIDEST = 6  # how many times farther from the paper than half of the border is what may be paper
_CLEAR = 8  # how many times farther from the paper than half of the border the strongest ink must be
_LEAST_CONTRAST = 6 / 255  # of that from black to white: below it nothing has been drawn
_STRONG = 0.4  # share of full ink that a stroke has somewhere; what is weaker all over is no stroke
_STEPS = 100  # pixels from ink of some strength that weak ink may go on for
_FULL = 0.98  # quantile of the ink that counts as full: a speck darker than the strokes is none of them
_SMALLEST = 8  # pixels a side: smaller pictures have no frame
_FRAME = 0.15  # share of the shorter side that a frame may be thick
_ALIKE = 0.05  # share of the picture's range by which pixels of one thing differ; twice that parts two things
_EVEN, _OPEN = 0.9, 0.75  # share of a line of pixels that is alike, in a frame or strip and beside it
_CLEAN = 0.98  # share of the border that is alike beside a strip
_EVEN_LIGHT = 1 / 255  # of half the border's pixels from the others: the paper has no shade
_TRIMS, _TERMS, _POINTS = 4, 6, 100  # fits of the light's surface, its terms, and points of the longer side


def ink(picture: Array, faint: float = FAINT) -> Array | None:
    """Return how much ink is on each pixel of *picture*, from 0 to 1; None where there is none.

    Colours count by the direction in which they differ most, so that red on green is as good as black on white. A
    frame and strips along single sides are taken off first, then uneven light. What is left has two groups of
    brightness: paper is the larger one along its border, and ink is what lies on that side of it to which the whole
    picture reaches out. Nine tenths of the paper along the border differ from it by no more than some d: what
    differs by at most 1.5 d is taken for paper, since it may be shade or noise, and so is what has at most the
    share *faint* of the strongest ink, since JPEG leaves rings around strokes, and what does not hang together with
    ink of some strength.

    Args:
        picture: (H, W), or (H, W, 3) in red, green and blue; one unit is the step from black to white.
        faint: 0 keeps the faintest greys, and the farthest from the paper is then full ink.

    Returns:
        (H, W) float32.
    """
    grey = brightness(picture)
    amount = np.zeros(grey.shape, np.float32)
    frame = frame_width(grey)
    inner = slice(frame, grey.shape[0] - frame), slice(frame, grey.shape[1] - frame)
    part = sheet_part(grey[inner])
    found = _ink(grey[inner][part], faint)
    if found is None:  # what seemed to be beside the sheet may be all that has been drawn
        return _ink(grey, faint) if grey[inner][part].size < grey.size else None
    amount[inner][part] = found
    return amount


def brightness(picture: Array) -> Array:
    """Return (H, W) float32: *picture* along the direction of colour in which it differs most, of either sign."""
    if picture.ndim == 2:
        return picture.astype(np.float32)
    if (picture == picture[..., :1]).all():
        return picture[..., 0].astype(np.float32)
    colours = picture.reshape(-1, picture.shape[-1]).astype(np.float32)
    if len(colours) == 1:
        one: Array = colours.mean(axis=1)[:, None]
        return one
    _, directions = np.linalg.eigh(np.cov(colours, rowvar=False))
    along = directions[:, -1]
    grey: Array = (picture @ (along / np.abs(along).sum())).astype(np.float32)
    return grey


def frame_width(grey: Array) -> int:
    """Return how many rings of pixels a frame, or several one in another, take around *grey* (H, W)."""
    return _width(lambda depth: _ring(grey, depth), grey, (min(grey.shape) - _SMALLEST) // 2)


def sheet_part(grey: Array) -> tuple[slice, slice]:
    """Return which rows and columns of *grey* (H, W) are the sheet: without strips along single sides.

    Such a strip is the edge of a table beside a sheet, or the fold of a book. What is left has to have a clean border,
    so that the bar of a 7 that is cut out closely is none.
    """
    sides = grey, grey[::-1], grey.T, grey.T[::-1]
    top, bottom, left, right = (_width(side.__getitem__, grey, len(side) - _SMALLEST) for side in sides)
    part = slice(top, grey.shape[0] - bottom), slice(left, grey.shape[1] - right)
    if min(grey[part].shape) >= _SMALLEST:
        border = _ring(grey[part], 0)
        if (np.abs(border - np.median(border)) <= _alike(grey)).mean() >= _CLEAN:
            return part
    return slice(0, grey.shape[0]), slice(0, grey.shape[1])


def _width(line: Callable[[int], Array], grey: Array, room: int) -> int:
    """Return how many lines from the border on are bands, one after another, which are no wider than *room* lines.

    Args:
        line: returns the pixels of *grey* (H, W) so many pixels inside its border.
    """
    width, most, alike = 0, int(_FRAME * min(grey.shape)), _alike(grey)
    while width <= room and (thickness := _band(line, width, most, alike)):
        width += thickness
    return width


def _band(line: Callable[[int], Array], start: int, most: int, alike: float) -> int:
    """Return how thick the band is that begins at the line *start* and ends before the line *most*; 0 for none."""
    outer = line(start)
    level = np.median(outer)
    for width in range(start, most + 1):
        pixels = line(width)
        inside = np.median(pixels)
        if abs(inside - level) > 2 * alike and (np.abs(pixels - inside) <= alike).mean() >= _OPEN:
            return width - start
        if (np.abs(pixels - level) <= alike).mean() < _EVEN:
            return 0
    return 0


def _alike(grey: Array) -> float:
    return _ALIKE * float(np.ptp(grey))


def _ring(grey: Array, depth: int) -> Array:
    """Return the pixels of *grey* (H, W) that lie *depth* pixels inside its border."""
    part = grey[depth : grey.shape[0] - depth, depth : grey.shape[1] - depth]
    return np.concatenate([part[0], part[-1], part[1:-1, 0], part[1:-1, -1]])


def _ink(grey: Array, faint: float) -> Array | None:
    """Return the ink on *grey* (H, W), which has no frame; see ``ink``."""
    even = grey - _shade(grey)
    border = _ring(even, 0)
    level = np.sort(border)[border.size // 2]  # one of its own, not one between two groups as large as each other
    away = even - level
    sign = 1 if (away.clip(min=0) ** 2).sum() >= (away.clip(max=0) ** 2).sum() else -1
    amount: Array = (sign * away).clip(min=0)
    most = float(amount.max())
    spread, paper = _spread(np.abs(border - level), most / 2)
    if most < max(_LEAST_CONTRAST, _CLEAR * spread):
        return None
    amount[amount <= max(faint * most, paper)] = 0
    full = most
    if faint:
        full = float(np.quantile(amount[amount > 0], _FULL))
        amount[~_reached(amount >= _STRONG * full, amount > 0)] = 0
    amount /= np.float32(full)
    return amount.clip(0, 1, out=amount)


def _reached(start: Flags, through: Flags) -> Flags:
    """Return which pixels (H, W) a few steps from *start* to one of eight neighbours reach *through* others."""
    reached, count = start & through, 0
    for _ in range(_STEPS):
        if count == (count := int(reached.sum())):
            break
        for axis in (0, 1):
            lines = reached.swapaxes(0, axis)
            wider = lines.copy()
            wider[1:] |= lines[:-1]
            wider[:-1] |= lines[1:]
            reached = wider.swapaxes(0, axis)
        reached = reached & through
    return reached


def _spread(away: Array, most: float) -> tuple[float, float]:
    """Return by how much half of the border's paper is *away* from its level, and what may be as far away as paper.

    What is farther away than *most* is ink that touches the border.
    """
    paper = away[away <= most]
    if not paper.size:
        return 0.0, 0.0
    half, nearly_all = np.quantile(paper, (0.5, 0.9)).tolist()
    return half, min(_MARGIN * nearly_all, _WIDEST * half)


def _shade(grey: Array) -> Array:
    """Return how the light differs from place to place on the paper of *grey* (H, W); 0 where it is even.

    A surface of second degree is fitted to the picture, each time without what is far from the last one: ink.
    """
    border = _ring(grey, 0)
    level = np.median(border)
    if np.median(np.abs(border - level)) < _EVEN_LIGHT:
        return np.zeros_like(grey)
    rows, columns = (np.linspace(-1, 1, size, dtype=np.float32) for size in grey.shape)
    step = max(1, max(grey.shape) // _POINTS)
    some = (slice(None, None, step), slice(None, None, step))
    points = _powers(*np.meshgrid(rows[some[0]], columns[some[1]], indexing="ij")).reshape(_TERMS, -1).T
    levels, near = grey[some].ravel(), 0.5 * float(np.abs(grey - level).max())
    surface = np.zeros(_TERMS)
    surface[0] = level
    for _ in range(_TRIMS):
        paper = np.abs(levels - points @ surface) <= near
        if paper.mean() < 0.5 or paper.sum() < 2 * _TERMS:
            return np.zeros_like(grey)
        surface = np.linalg.lstsq(points[paper], levels[paper], rcond=None)[0]
    surface[0] = 0
    shade: Array = np.tensordot(surface, _powers(*np.meshgrid(rows, columns, indexing="ij")), 1).astype(np.float32)
    return shade


def _powers(y: Array, x: Array) -> Array:
    """Return the terms (6, H, W) of a surface of second degree."""
    return np.stack([np.ones_like(x), y, x, y * y, y * x, x * x])
