"""Pictures for ``cnn-engine predict``: dark on light or light on dark, of every kind, and what is none."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data import catalogue, image
from engine.data.digits import normalise_digit
from engine.data.image import read_drawing, read_photo
from engine.data.ink import ink
from engine.errors import BadInputError

Pixels = npt.NDArray[np.uint8]
SHAPE = (1, 28, 28)
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)


@pytest.fixture(scope="module")
def digits() -> Pixels:
    """Return (N, 28, 28): MNIST's own test digits, bright on black."""
    return catalogue.load("bundled").test.images[:40, 0]


def drawing(light: int = 0, dark: int = 255, height: int = 60, width: int = 50) -> Pixels:
    """Return a 7 of *dark* ink on paper of brightness *light*, off the middle."""
    pixels = np.full((height, width), light, np.uint8)
    pixels[10:14, 15:35] = dark
    pixels[14:50, 31:35] = dark
    return pixels


def saved(folder: Path, pixels: Any, name: str = "a.png", mode: str | None = None, **how: Any) -> Path:
    picture = Image.fromarray(np.asarray(pixels))
    (picture if mode is None else picture.convert(mode)).save(folder / name, **how)
    return folder / name


def expected(pixels: Pixels) -> npt.NDArray[np.float32]:
    """Return a light drawing on black as MNIST would have it."""
    return normalise_digit(pixels.astype(np.float32) / 255)[None]


def likeness(x: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the correlation of two pictures: 1 for the same, 0 for any two."""
    return float(np.corrcoef(x.ravel(), other.ravel())[0, 1])


def test_that_mnists_own_pictures_come_back_as_they_are(tmp_path: Path, digits: Pixels) -> None:
    for digit in digits:
        x = read_drawing(saved(tmp_path, digit), SHAPE)
        assert x.dtype == np.float32 and x.shape == SHAPE
        np.testing.assert_allclose(x[0], digit / np.float32(digit.max()), atol=1e-6)


@pytest.mark.parametrize(("paper", "drawn"), [(0, 255), (255, 0), (230, 20), (40, 200), (128, 0), (100, 255)])
def test_that_ink_is_what_differs_from_the_paper_whichever_is_darker(tmp_path: Path, paper: int, drawn: int) -> None:
    np.testing.assert_allclose(
        read_drawing(saved(tmp_path, drawing(paper, drawn)), SHAPE), expected(drawing()), atol=1e-6
    )


def test_that_all_channels_of_a_network_in_colour_get_the_same_digit(tmp_path: Path) -> None:
    x = read_drawing(saved(tmp_path, drawing()), (3, 32, 20))
    assert x.shape == (3, 32, 20) and (x == x[0]).all() and x.max() == 1


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_that_every_kind_of_pixels_is_read(tmp_path: Path, mode: str) -> None:
    name = "a.tif" if mode in ("CMYK", "YCbCr") else "a.png"
    x = read_drawing(saved(tmp_path, drawing(255, 0), name, mode), SHAPE)
    np.testing.assert_allclose(x, expected(drawing()), atol=0.02)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.bmp", "a.tif", "a.ppm"])
def test_that_every_format_is_read(tmp_path: Path, name: str) -> None:
    x = read_drawing(saved(tmp_path, drawing(255, 0), name, "RGB"), SHAPE)
    assert likeness(x, expected(drawing())) > (0.9 if name in ("a.jpg", "a.webp") else 1 - 1e-6)


@pytest.mark.parametrize("kind", [np.uint16, np.int32, np.float32])
def test_that_16_bits_and_floating_point_keep_their_greys(tmp_path: Path, kind: Any) -> None:
    most = 1 if kind is np.float32 else 65535
    pixels = (np.where(drawing() > 0, 0.25, 0.75) * most).astype(kind)
    np.testing.assert_allclose(read_drawing(saved(tmp_path, pixels, "a.tif"), SHAPE), expected(drawing()), atol=1e-6)
    grey = read_photo(tmp_path / "a.tif", (1, 60, 50))
    assert grey.min() == pytest.approx(0.25, abs=0.003) and grey.max() == pytest.approx(0.75, abs=0.003)


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_that_pixels_that_are_no_numbers_are_paper(tmp_path: Path, missing: float) -> None:
    pixels = np.where(drawing() > 0, 0.25, 0.75).astype(np.float32)
    pixels[2:6, 3:9] = missing
    np.testing.assert_allclose(read_drawing(saved(tmp_path, pixels, "a.tif"), SHAPE), expected(drawing()), atol=1e-6)
    assert read_photo(tmp_path / "a.tif", (1, 60, 50)).min() == pytest.approx(0.25, abs=0.003)
    pixels[...] = missing
    with pytest.raises(BadInputError, match="only paper"):
        read_drawing(saved(tmp_path, pixels, "a.tif"), SHAPE)


@pytest.mark.parametrize("colour", [(0, 0, 0), (90, 20, 10), (255, 255, 255), (200, 230, 120)])
def test_that_transparent_paper_is_opposite_to_the_ink(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    pixels = np.zeros((60, 50, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = colour, drawing()
    np.testing.assert_allclose(read_drawing(saved(tmp_path, pixels), SHAPE), expected(drawing()), atol=1e-6)


def test_that_a_photograph_of_a_drawing_loses_its_shade_and_noise(tmp_path: Path, digits: Pixels) -> None:
    rng = np.random.default_rng(0)
    for digit in digits[:10]:
        large = np.kron(digit, np.ones((12, 12))) / 255
        paper = 170 + np.linspace(-25, 25, large.shape[1]) + rng.normal(0, 3, large.shape)
        path = saved(tmp_path, (paper * (1 - 0.85 * large)).clip(0, 255).astype(np.uint8), "a.jpg", quality=70)
        x = read_drawing(path, SHAPE)[0]
        assert x.max() > 0.9 and (x == 0).mean() > 0.6


def test_that_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to view
    path = saved(tmp_path, np.rot90(drawing()), "a.png", exif=exif)
    np.testing.assert_allclose(read_drawing(path, SHAPE), expected(drawing()), atol=1e-6)


def test_that_a_large_picture_is_read_like_a_small_one(tmp_path: Path) -> None:
    large = np.kron(drawing(255, 0), np.ones((60, 60), np.uint8))
    np.testing.assert_allclose(read_drawing(saved(tmp_path, large), SHAPE), expected(drawing()), atol=0.06)


@pytest.mark.parametrize("pixels", [np.zeros((9, 9)), np.full((9, 9), 255), np.full((1, 1), 7), np.full((5, 4), 128)])
def test_that_paper_alone_is_refused(tmp_path: Path, pixels: Any) -> None:
    with pytest.raises(
        BadInputError, match=r"^a.png shows only paper; choose a picture of one thing on plain paper\.$"
    ):
        read_drawing(saved(tmp_path, pixels.astype(np.uint8)), SHAPE)


def test_that_noise_is_paper() -> None:
    rng = np.random.default_rng(0)
    assert ink((0.8 + 0.02 * rng.standard_normal((50, 50))).astype(np.float32)) is None


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_that_ink_is_between_0_and_1_and_somewhere_1(height: int, width: int, seed: int, share: float) -> None:
    grey = (np.random.default_rng(seed).random((height, width)) < share).astype(np.float32)
    amount = ink(grey)
    assert amount is None or (amount.shape == grey.shape and amount.min() >= 0 and amount.max() == 1)


# Photographs


def test_that_a_photograph_keeps_its_colours_and_its_middle(tmp_path: Path) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:20, 20:60], pixels[20:, 20:60] = (255, 0, 51), (0, 102, 0)
    pixels[:, :20] = pixels[:, 60:] = 255  # beside the middle
    x = read_photo(saved(tmp_path, pixels), (3, 4, 4))
    assert x.dtype == np.float32 and x.flags.c_contiguous
    np.testing.assert_allclose(x[:, 0, 1], [1, 0, 0.2])
    np.testing.assert_allclose(x[:, 3, 2], [0, 0.4, 0])
    np.testing.assert_allclose(read_photo(tmp_path / "a.png", (1, 4, 4))[0, 0], 0.299 + 0.114 * 0.2, atol=1e-6)


def test_that_a_photograph_of_the_right_size_is_not_touched(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    x = read_photo(saved(tmp_path, pixels), (3, 32, 32))
    assert (x == pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(255)).all()


# What is not a picture


def sentence(path: Path, text: str) -> None:
    """Check that both readers refuse the file at *path* in one sentence that begins with its name and holds *text*."""
    for read in (read_drawing, read_photo):
        with pytest.raises(BadInputError) as caught:
            read(path, SHAPE)
        told = str(caught.value)
        assert told.startswith(path.name) and text in told and told.endswith(".") and "\n" not in told


def png(width: int, height: int) -> bytes:
    """Return a small PNG that says it has so many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [7072, 20_000, 2**31 - 1])
def test_that_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    (tmp_path / "a.png").write_bytes(png(side, side))
    sentence(tmp_path / "a.png", "")
    if side < 2**31 - 1:  # Pillow itself refuses the largest, as damaged
        sentence(tmp_path / "a.png", "has more than 50,000,000 pixels; make it smaller")


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"text", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_that_what_is_no_picture_is_refused_and_postscript_is_never_run(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    sentence(tmp_path / "a.png", "is not a picture that can be read; choose PNG, JPEG")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.tif", "a.bmp"])
@same_folder
@given(data=st.data())
def test_that_a_damaged_picture_is_read_or_refused_in_one_sentence(tmp_path: Path, name: str, data: Any) -> None:
    stream = io.BytesIO()
    Image.fromarray(drawing()).convert("RGB").save(stream, Image.registered_extensions()[Path(name).suffix])
    content = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(0, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(content[: data.draw(st.integers(0, len(content)))])
    for read in (read_drawing, read_photo):
        try:
            x = read(tmp_path / name, SHAPE)
        except BadInputError as error:
            assert str(error).startswith(name) and "\n" not in str(error)
        else:
            assert x.shape == SHAPE and x.min() >= 0 and x.max() <= 1


def test_that_a_truncated_picture_is_told_to_be_damaged(tmp_path: Path) -> None:
    path = saved(tmp_path, np.random.default_rng(0).integers(0, 256, (90, 90), np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    sentence(path, "is cut off or damaged; copy or save it again")


def test_that_a_file_that_is_not_there_is_told_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_drawing(tmp_path / "a.png", SHAPE)
    with pytest.raises(IsADirectoryError):
        read_drawing(tmp_path, SHAPE)


def test_that_only_formats_that_are_nothing_but_pixels_are_read() -> None:
    assert not {"EPS", "PDF", "WMF", "FITS", "GRIB"} & set(image.FORMATS)
