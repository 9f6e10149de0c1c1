"""Read a picture file and prepare it for a network: as a digit, or as a photograph. The engine's one use of Pillow."""

import warnings
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.digits import Ink, normalise_digit
from engine.errors import BadInputError
from engine.layer import Array, Shape

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # those that are pixels and nothing but pixels
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
MOST_PIXELS = 50_000_000
WORKING_SIDE = 1024  # pixels: larger pictures are made smaller before anything is computed
LEAST_CONTRAST = 0.1  # of that from black to white: below it nothing has been drawn
FAINT = 0.1  # share of full ink that rings around strokes may have
MARGIN = 1.5  # how much farther from the paper than nine tenths of the border ink must be


def read_digit(path: Path, shape: Shape) -> Array:
    """Return the digit in the picture at *path* as MNIST has it, bright on black: see ``ink`` and ``normalise_digit``.

    A picture of the very size that the network reads keeps its faintest greys, so that MNIST's own stay as they are.

    Args:
        path: a picture of one digit, dark on light or light on dark.
        shape: (C, H, W) that the network reads; all channels get the same.

    Returns:
        (C, H, W) float32 in [0, 1].

    Raises:
        BadInputError: no picture, one that is too large, or one with nothing in it.
        OSError: it cannot be read.
    """
    grey = _grey(_read(path))
    drawn = ink(grey, 0 if grey.shape == shape[1:] else FAINT)
    if drawn is None:
        raise BadInputError(f"{path.name} shows nothing but paper; choose a picture of a digit.")
    return np.repeat(normalise_digit(drawn, (shape[1], shape[2]))[None], shape[0], axis=0)


def read_photo(path: Path, shape: Shape) -> Array:
    """Return the middle of the picture at *path*, cut to the proportions of *shape* and scaled to it.

    Args:
        path: a picture.
        shape: (C, H, W) that the network reads; a C of 3 is red, green, blue, and any other the same grey C times.

    Returns:
        (C, H, W) float32 in [0, 1].

    Raises:
        BadInputError: no picture, or one that is too large.
        OSError: it cannot be read.
    """
    channels, height, width = shape
    fitted = ImageOps.fit(_read(path), (width, height), Image.Resampling.BOX)
    if channels == 3:
        return np.ascontiguousarray(_floats(fitted).transpose(2, 0, 1))
    return np.repeat(_grey(fitted)[None], channels, axis=0)


def ink(grey: Ink, faint: float = FAINT) -> Ink | None:
    """Return how much ink is on each pixel of *grey* (H, W), 0 is black and 1 is white; None where there is none.

    The paper is the median of the outermost pixels. Where it is light, ink is what is darker, else what is lighter.
    Nine tenths of the outermost pixels differ from the paper by no more than some d: what differs by at most 1.5 d is
    taken for paper, since it may be shade or noise, and so is what has at most the share *faint* of the ink of the
    darkest stroke, since JPEG leaves rings around strokes. The farthest from the paper is full ink, 1.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(border)
    amount = np.maximum(paper - grey if paper >= 0.5 else grey - paper, 0)
    most = float(amount.max())
    amount[amount <= max(faint * most, MARGIN * np.quantile(np.abs(border - paper), 0.9))] = 0
    return amount / most if most >= LEAST_CONTRAST and amount.any() else None


def _read(path: Path) -> Image.Image:
    """Return the picture in RGB, upright, on paper where it is transparent, at most WORKING_SIDE pixels a side."""
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are checked here, and of oddities that do no harm
        picture = _decoded(stream, path.name).convert("RGBA")
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    return _on_paper(picture)


def _decoded(stream: IO[bytes], name: str) -> Image.Image:
    """Return the picture in *stream*; whatever goes wrong in decoding it is told in one sentence."""
    too_large = BadInputError(f"{name} has more than {MOST_PIXELS:,} pixels; make it smaller.")
    try:
        picture = Image.open(stream, formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise too_large
        upright = ImageOps.exif_transpose(picture)
        return _eight_bits(upright) if upright.mode[0] in "IF" else upright
    except UnidentifiedImageError as error:
        raise BadInputError(f"{name} is no picture that can be read; choose {', '.join(FORMATS)}.") from error
    except Image.DecompressionBombError as error:
        raise too_large from error
    except (BadInputError, MemoryError):
        raise
    except Exception as error:  # damaged files raise whatever the part of Pillow that stumbles over them does
        raise BadInputError(f"{name} is cut off or damaged; copy or save it again.") from error


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return a picture of 16 bits a pixel, or of floating-point numbers from 0 to 1, with 8 bits."""
    most = 65535 if picture.mode[0] == "I" else 1
    values = np.nan_to_num(np.asarray(picture, np.float64) * (255 / most))
    return Image.fromarray(np.rint(values.clip(0, 255)).astype(np.uint8))


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return *picture* (RGBA) in RGB: what is transparent becomes white under dark ink, and black under light ink."""
    opaque = np.asarray(picture.getchannel("A"), np.float64)
    weight = opaque.sum()
    light = weight > 0 and (_grey(picture.convert("RGB")) * opaque).sum() / weight > 0.5
    paper = Image.new("RGBA", picture.size, "black" if light else "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _floats(picture: Image.Image) -> Array:
    """Return (H, W, 3) float32 in [0, 1]."""
    return np.asarray(picture, np.float32) / np.float32(255)


def _grey(picture: Image.Image) -> Ink:
    """Return (H, W) in [0, 1] for a picture in RGB: 0.299 R + 0.587 G + 0.114 B, as ``engine.data.views.grey``."""
    grey: Ink = _floats(picture) @ np.array([0.299, 0.587, 0.114], np.float32)
    return grey.clip(0, 1)


def picture_size(path: Path) -> tuple[int, int, bool]:
    """Return height and width of the picture at *path* and whether it is grey, as the start of the file says.

    Raises:
        BadInputError: no picture, or one that is too large.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(stream, formats=FORMATS)
        except MemoryError:
            raise
        except Exception as error:  # as in _decoded
            raise BadInputError(f"{path} is no picture that can be read, or damaged; remove or replace it.") from error
        return picture.height, picture.width, picture.mode in ("1", "L", "LA", "I", "I;16", "F")
