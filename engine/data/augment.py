"""Light augmentation: each image a little turned, scaled and shifted, differently each time."""

import numpy as np
import numpy.typing as npt

ANGLE = np.deg2rad(12)  # the largest turn either way, radians
SCALE = 0.15  # the largest change of size either way
SHIFT = 2.5  # the largest shift along each axis, pixels

Floats = npt.NDArray[np.float32]


def draw_transforms(rng: np.random.Generator, count: int) -> Floats:
    """Return (count, 2, 3) affine maps from output to input pixels, about the middle of the image."""
    angle, scale = rng.uniform(-ANGLE, ANGLE, count), rng.uniform(1 - SCALE, 1 + SCALE, count)
    maps = np.empty((count, 2, 3), np.float32)
    maps[:, 0, 0] = maps[:, 1, 1] = np.cos(angle) / scale
    maps[:, 1, 0] = np.sin(angle) / scale
    maps[:, 0, 1] = -maps[:, 1, 0]
    maps[:, :, 2] = rng.uniform(-SHIFT, SHIFT, (count, 2))
    return maps


def warp(images: Floats, transforms: Floats) -> Floats:
    """Return images (N, C, H, W) moved by *transforms* (N, 2, 3), bilinear; outside the image is 0.

    The pixel at (r, c) from the middle is read at A (r, c) + b, with A = transforms[:, :, :2].
    """
    n, channels, height, width = images.shape
    # One ring of zeros before and two after: everything further out is read from the ring.
    padded = np.zeros((channels, n, height + 3, width + 3), np.float32)
    padded[:, :, 1:-2, 1:-2] = images.swapaxes(0, 1)
    row, down = _places(transforms[:, 0], height, width, height)
    col, right = _places(transforms[:, 1], height, width, width)
    row *= width + 3
    row += col
    index = row.astype(np.intp)
    index += (np.arange(n) * padded[0, 0].size)[:, None, None]
    out = np.empty_like(images, np.float32)
    for channel, pixels in enumerate(padded.reshape(channels, -1)):
        top = _between(pixels, index, right)
        bottom = _between(pixels[width + 3 :], index, right)
        bottom -= top
        bottom *= down
        np.add(top, bottom, out=out[:, channel])
    return out


def _places(line: Floats, height: int, width: int, size: int) -> tuple[Floats, Floats]:
    """Return where each pixel is read along one axis of *size* pixels, for that axis's (N, 3) of the transforms.

    Returns:
        (N, H, W) twice: the padded pixel before the place, a whole number, and the rest, from 0 to 1.
    """
    from_row, from_col, shift = line.T[:, :, None]
    down = from_row * (np.arange(height, dtype=np.float32) - np.float32((height - 1) / 2))
    down += shift + np.float32((size - 1) / 2 + 1)
    across = from_col * (np.arange(width, dtype=np.float32) - np.float32((width - 1) / 2))
    rest = down[:, :, None] + across[:, None, :]
    np.clip(rest, 0, size + 1, out=rest)
    whole = np.floor(rest)
    rest -= whole
    return whole, rest


def _between(pixels: Floats, index: npt.NDArray[np.intp], share: Floats) -> Floats:
    """Return *share* of the way from the pixels at *index* to their right neighbours."""
    # Every index is inside; "clip" only spares take() its check of them, which costs more than the reading.
    here = pixels.take(index, mode="clip")
    there = pixels[1:].take(index, mode="clip")
    there -= here
    there *= share
    here += there
    return here
