"""Read a picture file and prepare it for a network: as a drawing or as a photograph. The engine's one use of Pillow."""

import warnings
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.appearance import Appearance
from engine.data.ink import FAINT, ink
from engine.errors import BadInputError
from engine.files import reading
from engine.layer import Array, Shape

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")  # those that are pixels and nothing but pixels
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm")
MOST_PIXELS = 50_000_000
MOST_DEEP_PIXELS = 10_000_000  # of more than 8 bits each, which take several times the memory
WORKING_SIDE = 1024  # pixels: larger pictures are made smaller before anything is computed
_DEPTHS = (255, 1023, 4095, 16383, 65535)  # largest values of 8, 10, 12, 14 and 16 bits
_DEEP = "F"  # the mode of pictures with more than 8 bits: floating-point numbers from 0 to 1
_OPAQUE = ("1", "L", "RGB", "CMYK", "YCbCr")  # modes without transparency, unless the file names one colour for it
_OVERSHOOT = 1.1  # what sharpening adds to fractions that went up to 1


def read_drawing(path: Path, shape: Shape, appearance: Appearance | None = None) -> Array:
    """Return what is drawn in the picture at *path* as a network's training images have it: see ``ink``.

    A picture of the very size that the network reads keeps its faintest greys and its strokes, so that MNIST's own
    pictures stay as they are.

    Args:
        path: a picture of one digit or the like, dark on light or light on dark.
        shape: (C, H, W) that the network reads.
        appearance: of the training images; MNIST's if not given.

    Returns:
        (C, H, W) float32 in [0, 1].

    Raises:
        BadInputError: no picture, one that is too large, or one with nothing in it.
        OSError: it cannot be read.
    """
    look, size = appearance or Appearance.of_mnist(shape), (shape[1], shape[2])
    picture = _read(path)
    pixels = _floats(picture)
    if picture.mode == _DEEP:  # a few thousand levels in the middle of 16 bits are as good as 8 bits
        pixels = (pixels - pixels.min()) / (np.ptp(pixels) or 1)
    ready = pixels.shape[:2] == size
    drawn = ink(pixels, 0 if ready else FAINT)
    if drawn is None:
        raise BadInputError(f"{path.name} shows only paper; choose a picture of one thing on plain paper.")
    return look.painted(look.placed(drawn, size, ready))


def read_photo(path: Path, shape: Shape, white: float | None = None) -> Array:
    """Return the middle of the picture at *path*, cut to the proportions of *shape* and scaled to it.

    Args:
        path: a picture.
        shape: (C, H, W) that the network reads; a C of 3 is red, green, blue, and any other the same grey C times.
        white: the value that stands for white in a picture of more than 8 bits; by its own largest if not given.

    Returns:
        (C, H, W) float32 in [0, 1].

    Raises:
        BadInputError: no picture, or one that is too large.
        OSError: it cannot be read.
    """
    channels, height, width = shape
    pixels = _floats(ImageOps.fit(_read(path, white), (width, height), Image.Resampling.BOX))
    if channels == 3:
        return np.ascontiguousarray(np.broadcast_to(pixels, (height, width, 3)).transpose(2, 0, 1))
    return np.repeat(_grey(pixels)[None], channels, axis=0)


def _read(path: Path, white: float | None = None) -> Image.Image:
    """Return the picture, upright, on paper where it is transparent, at most WORKING_SIDE pixels a side.

    It is in RGB, or one of fractions where it has more than 8 bits a pixel.
    """
    with reading.opened(path) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes, which are checked here, and of oddities that do no harm
        picture = _decoded(stream, path.name)
        picture = _fractions(picture, white) if _is_deep(picture) else picture
        opaque = picture.mode in _OPAQUE and "transparency" not in picture.info
        picture = picture if picture.mode == _DEEP else picture.convert("RGB" if opaque else "RGBA")
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    return _on_paper(picture) if picture.mode == "RGBA" else picture


def _decoded(stream: IO[bytes], name: str) -> Image.Image:
    """Return the picture in *stream*; whatever goes wrong in decoding it is told in one sentence."""
    too_large = BadInputError(f"{name} has more than {MOST_PIXELS:,} pixels; make it smaller.")
    try:
        picture = Image.open(stream, formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise too_large
        if _is_deep(picture) and picture.width * picture.height > MOST_DEEP_PIXELS:
            raise BadInputError(
                f"{name} has more than {MOST_DEEP_PIXELS:,} pixels of more than 8 bits; make it smaller, or save it"
                " with 8 bits a pixel."
            )
        return ImageOps.exif_transpose(picture)
    except UnidentifiedImageError as error:
        raise BadInputError(f"{name} is not a picture that can be read; choose {', '.join(FORMATS)}.") from error
    except Image.DecompressionBombError as error:
        raise too_large from error
    except (BadInputError, MemoryError):
        raise
    except Exception as error:  # damaged files raise whatever the part of Pillow that stumbles over them does
        raise BadInputError(f"{name} is cut off or damaged; copy or save it again.") from error


def _is_deep(picture: Image.Image) -> bool:
    """Return whether a picture has more than 8 bits a pixel, whole numbers or not."""
    return picture.mode[0] in "IF"


def _fractions(picture: Image.Image, white: float | None) -> Image.Image:
    """Return a picture of more than 8 bits a pixel as fractions from 0 to 1."""
    values = _numbers(picture)
    low, high = float(values.min()), float(values.max())
    values -= low if low < 0 else 0
    most = (white or _most(high, picture.mode[0] == _DEEP)) if low >= 0 else high - low
    values /= most or 1
    return Image.fromarray(values.clip(0, 1))


def _numbers(picture: Image.Image) -> Array:
    """Return the pixels (H, W) of a picture of more than 8 bits; those that are no numbers become like the others."""
    with np.errstate(over="ignore"):  # what is too large for a number is none
        values = np.array(picture, np.float32)
    known = np.isfinite(values)
    if not known.all():  # as in maps and scans, which say so of what was not measured
        values[~known] = np.median(values[known]) if known.any() else 0
    return values


def _most(high: float, fractions: bool) -> float:
    """Return the value that stands for white in a picture whose largest is *high*: the next that cameras go up to."""
    if fractions and high <= _OVERSHOOT:
        return 1
    return next((depth for depth in _DEPTHS if high <= depth), high)


def _on_paper(picture: Image.Image) -> Image.Image:
    """Return *picture* (RGBA) in RGB: what is transparent becomes white under dark ink, and black under light ink."""
    opaque = np.asarray(picture.getchannel("A"), np.float64)
    weight = opaque.sum()
    light = weight > 0 and (_grey(_floats(picture.convert("RGB"))) * opaque).sum() / weight > 0.5
    paper = Image.new("RGBA", picture.size, "black" if light else "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _floats(picture: Image.Image) -> Array:
    """Return (H, W, 3) float32 in [0, 1], or (H, W, 1) of fractions."""
    if picture.mode == _DEEP:
        return np.asarray(picture, np.float32)[..., None]
    return np.asarray(picture, np.float32) / np.float32(255)


def _grey(pixels: Array) -> Array:
    """Return (H, W) in [0, 1] for (H, W, 3) or (H, W, 1): 0.299 R + 0.587 G + 0.114 B, as ``engine.data.views``."""
    if pixels.shape[-1] == 1:
        return pixels[..., 0]
    grey: Array = pixels @ np.array([0.299, 0.587, 0.114], np.float32)
    return grey.clip(0, 1)


def white_of(path: Path) -> float:
    """Return the value that stands for white in the picture at *path*, by its largest; 0 where it has 8 bits a pixel.

    Raises:
        BadInputError: no picture, or one that is too large.
        OSError: it cannot be read.
    """
    with reading.opened(path) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        picture = _decoded(stream, path.name)
        return _most(float(_numbers(picture).max()), picture.mode[0] == _DEEP) if _is_deep(picture) else 0


def picture_size(path: Path) -> tuple[int, int, bool, bool]:
    """Return height and width of the picture at *path*, whether it is grey, and whether it has more than 8 bits.

    The start of the file says so.

    Raises:
        BadInputError: no picture, or one that is too large.
        OSError: it cannot be read.
    """
    with reading.opened(path) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(stream, formats=FORMATS)
        except MemoryError:
            raise
        except Exception as error:  # as in _decoded
            raise BadInputError(
                f"{path} is not a picture that can be read, or damaged; remove or replace it."
            ) from error
        if picture.width * picture.height > MOST_PIXELS:
            raise BadInputError(f"{path} has more than {MOST_PIXELS:,} pixels; make it smaller.")
        grey = picture.mode in ("1", "L", "LA") or _is_deep(picture)
        return picture.height, picture.width, grey, _is_deep(picture)
