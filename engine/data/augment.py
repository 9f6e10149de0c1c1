"""Light augmentation: each image a little rotated, scaled and shifted, differently each time."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.layer import Workspace

ANGLE = np.deg2rad(12)  # the largest rotation either way, radians
SCALE = 0.15  # the largest change of size either way
SHIFT = 2.5  # the largest shift along each axis, pixels

_PIECE = 2**15  # pixels moved at once: what is worked on stays in the cache

Floats = npt.NDArray[np.float32]
Buffer = Callable[..., npt.NDArray[Any]]


class _Scratch(threading.local):
    """Each thread's buffers. Allocating them anew cost three times the arithmetic."""

    def __init__(self) -> None:
        self.work = Workspace(np.float32)


_scratch = _Scratch()


def draw_transforms(rng: np.random.Generator, count: int) -> Floats:
    """Return (count, 2, 3) affine maps from output to input pixels, about the middle of the image."""
    angle, scale = rng.uniform(-ANGLE, ANGLE, count), rng.uniform(1 - SCALE, 1 + SCALE, count)
    maps = np.empty((count, 2, 3), np.float32)
    maps[:, 0, 0] = maps[:, 1, 1] = np.cos(angle) / scale
    maps[:, 1, 0] = np.sin(angle) / scale
    maps[:, 0, 1] = -maps[:, 1, 0]
    maps[:, :, 2] = rng.uniform(-SHIFT, SHIFT, (count, 2))
    return maps


def warp(images: Floats, transforms: Floats, paper: Sequence[float] | None = None) -> Floats:
    """Return images (N, C, H, W) moved by *transforms* (N, 2, 3), bilinear.

    The pixel at (r, c) from the middle is read at A (r, c) + b, with A = transforms[:, :, :2]. Outside the image is
    *paper*, a brightness for each channel; without it, what is nearest in the image.
    """
    out = np.empty_like(images, np.float32)
    step = max(1, _PIECE // images[0, 0].size)
    for start in range(0, len(images), step):
        part = slice(start, start + step)
        _warp(images[part], transforms[part], out[part], paper, _scratch.work.buffer)
    return out


def _warp(images: Floats, transforms: Floats, out: Floats, paper: Sequence[float] | None, buffer: Buffer) -> None:
    """Write the moved *images* (N, C, H, W) to *out*."""
    n, channels, height, width = images.shape
    # One ring of paper before and two after: everything further out is read from the ring.
    padded = buffer("padded", (channels, n, height + 3, width + 3))
    padded[:, :, 1:-2, 1:-2] = images.swapaxes(0, 1)
    _surround(padded, paper)
    row, col = (buffer(f"place {axis}", (n, height, width)) for axis in (0, 1))
    for axis, place in enumerate((row, col)):
        _places(transforms[:, axis], place)
    down = _split(row, height, buffer("rest 0", row.shape))
    right = _split(col, width, buffer("rest 1", row.shape))
    row *= width + 3
    row += col
    index = buffer("index", row.shape, np.intp)
    index[...] = row
    index += (np.arange(n) * padded[0, 0].size)[:, None, None]
    for channel, pixels in enumerate(padded.reshape(channels, -1)):
        top = _between(pixels, index, right, buffer, "top")
        bottom = _between(pixels[width + 3 :], index, right, buffer, "bottom")
        bottom -= top
        bottom *= down
        np.add(top, bottom, out=out[:, channel])


def _surround(padded: Floats, paper: Sequence[float] | None) -> None:
    """Fill the rings around images in *padded* (C, N, H + 3, W + 3) with *paper*, or with the pixels beside them."""
    if paper is None:
        padded[:, :, 0, 1:-2] = padded[:, :, 1, 1:-2]
        padded[:, :, -2:, 1:-2] = padded[:, :, -3:-2, 1:-2]
        padded[:, :, :, 0] = padded[:, :, :, 1]
        padded[:, :, :, -2:] = padded[:, :, :, -3:-2]
        return
    for channel, level in zip(padded, paper, strict=True):
        channel[:, 0] = channel[:, -2:] = channel[:, :, 0] = level
        channel[:, :, -2:] = level


def _places(line: Floats, out: Floats) -> None:
    """Write where each pixel is read along one axis to *out* (N, H, W), counted from the middle.

    *line* (N, 3) is that axis's row of the transforms.
    """
    _, height, width = out.shape
    from_row, from_col, shift = line.T[:, :, None]
    down = from_row * (np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2))
    down += shift
    across = from_col * (np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2))
    np.add(down[:, :, None], across[:, None, :], out=out)


def _split(places: Floats, size: int, rest: Floats) -> Floats:
    """Turn *places* from the middle of an axis of *size* pixels into the padded pixel before them; return the rest.

    The pixels are whole numbers, written over *places*; the rest, from 0 to 1, is written to *rest*.
    """
    places += np.float32((size - 1) / 2 + 1)
    np.clip(places, 0, size + 1, out=rest)
    np.floor(rest, out=places)
    rest -= places
    return rest


def _between(pixels: Floats, index: npt.NDArray[np.intp], share: Floats, buffer: Buffer, name: str) -> Floats:
    """Return *share* of the way from the pixels at *index* to their right neighbours, in the buffer *name*."""
    # Every index is inside; "clip" only spares take() its check of them, which costs more than the reading.
    here = pixels.take(index, out=buffer(name, index.shape), mode="clip")
    there = pixels[1:].take(index, out=buffer("there", index.shape), mode="clip")
    there -= here
    there *= share
    here += there
    return here
