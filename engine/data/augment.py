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
    middle = np.array([(height - 1) / 2, (width - 1) / 2], np.float32)
    grid = np.indices((height, width), np.float32).reshape(2, -1) - middle[:, None]
    source = transforms[:, :, :2] @ grid + (transforms[:, :, 2] + middle)[:, :, None]
    # One ring of zeros, and everything further out is read from that ring.
    np.clip(source, -1, np.array([[height], [width]], np.float32), out=source)
    padded = np.zeros((n, channels, height + 3, width + 3), np.float32)
    padded[:, :, 1:-2, 1:-2] = images
    floor = np.floor(source)
    rest = source - floor
    corner = floor.astype(np.intp) + 1
    index = (corner[:, 0] * (width + 3) + corner[:, 1])[:, None]
    flat = padded.reshape(n, channels, -1)
    down, right = rest[:, 0, None], rest[:, 1, None]

    def read(offset: int) -> Floats:
        values: Floats = np.take_along_axis(flat, index + offset, axis=2)
        return values

    top = read(0) + right * (read(1) - read(0))
    bottom = read(width + 3) + right * (read(width + 4) - read(width + 3))
    top += down * (bottom - top)
    moved: Floats = top.reshape(images.shape)
    return moved
