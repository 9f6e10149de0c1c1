"""How the images of a data set look: measured from their pixels, kept, and given to other pictures."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import catalogue
from engine.data.appearance import Appearance, Placing
from engine.data.digits import normalise_digit, stroke_widths
from engine.errors import BadInputError

Images = npt.NDArray[np.uint8]
TRAIN = catalogue.load("bundled").train
DIGITS = TRAIN.images[::10]


def photographs(channels: int, n: int = 200, side: int = 32) -> Images:
    """Return images whose neighbouring pixels are alike, of any brightness, as those of photographs are."""
    rng = np.random.default_rng(0)
    across = np.fft.fftfreq(side)
    distance = np.hypot(across[:, None], across)
    distance[0, 0] = 1 / side
    noise = np.fft.fft2(rng.standard_normal((n, channels, side, side)))
    fields = np.fft.ifft2(noise / distance**1.3).real
    fields = (fields - fields.mean((2, 3), keepdims=True)) / fields.std((2, 3), keepdims=True)
    return ((0.22 * fields + rng.uniform(0.25, 0.75, (n, 1, 1, 1))).clip(0, 1) * 255).astype(np.uint8)


def moved_about(images: Images, side: int = 44) -> Images:
    rng = np.random.default_rng(0)
    out = np.zeros((len(images), 1, side, side), np.uint8)
    for sheet, image in zip(out, images, strict=True):
        top, left = rng.integers(0, side - 28, 2)
        sheet[:, top : top + 28, left : left + 28] = image
    return out


def boxed(images: Images) -> Images:
    """Return digits whose boxes, and not their masses, are in the middle."""
    placed = [normalise_digit(image[0] / 255, (28, 28), 24, by_mass=False) for image in images]
    return np.rint(np.stack(placed)[:, None] * 255).astype(np.uint8)


def test_that_mnists_digits_are_light_ink_on_black_centred_by_mass_in_a_box_of_20() -> None:
    look = Appearance.of(TRAIN.images)
    assert (look.paper, look.ink, look.placing, look.box) == ((0.0,), (1.0,), Placing.MASS, 20)
    assert look.strokes == pytest.approx(Appearance.of_mnist((1, 28, 28)).strokes, abs=0.05)
    assert look.drawn and not look.light_paper


@settings(max_examples=50)
@given(st.integers(0, 255), st.integers(0, 255))
def test_that_polarity_and_range_are_those_of_the_pixels(paper: int, drawn: int) -> None:
    if abs(drawn - paper) < 40:
        return
    images = np.rint(paper + DIGITS[:60] / 255 * (drawn - paper)).astype(np.uint8)
    look = Appearance.of(images)
    assert look.drawn and look.light_paper == (paper > drawn) and look.placing is Placing.MASS
    assert look.paper == pytest.approx([paper / 255], abs=0.01)
    assert look.ink == pytest.approx([drawn / 255], abs=0.02)


def test_that_white_on_orange_has_a_paper_and_an_ink_for_each_channel() -> None:
    orange, white = np.array([255, 165, 0]), np.array([255, 255, 255])
    images = orange[:, None, None] + DIGITS / 255 * (white - orange)[:, None, None]
    look = Appearance.of(images.astype(np.uint8))
    assert look.paper == pytest.approx((1, 165 / 255, 0), abs=0.01) and look.ink == pytest.approx((1, 1, 1), abs=0.01)
    assert look.placing is Placing.MASS


@pytest.mark.parametrize("channels", [1, 3])
def test_that_photographs_have_neither_ink_nor_paper(channels: int) -> None:
    look = Appearance.of(photographs(channels))
    assert (look.paper, look.placing, look.drawn) == (None, Placing.PHOTO, False)
    assert len(look.ink) == channels


def test_that_photographs_cut_out_on_black_or_white_have_a_paper_but_no_ink() -> None:
    images = photographs(1, side=28)
    rows, columns = np.indices((28, 28)) - 13.5
    for level in (0, 255):
        images[:, :, np.hypot(rows, columns) > 12.5] = level
        look = Appearance.of(images)
        assert (look.paper, look.placing) == ((level / 255,), Placing.PHOTO)
        assert look.ink == (1 - level / 255,)  # so that a drawing is seen all the same


def test_that_digits_in_any_colours_are_none_of_one_ink() -> None:
    rng = np.random.default_rng(0)
    images = (DIGITS * rng.uniform(0.2, 1, (len(DIGITS), 3, 1, 1))).astype(np.uint8)
    look = Appearance.of(images)
    assert (look.paper, look.placing) == ((0.0, 0.0, 0.0), Placing.PHOTO)


def test_that_the_place_of_the_ink_is_found() -> None:
    assert Appearance.of(moved_about(DIGITS)).placing is Placing.FREE
    look = Appearance.of(boxed(DIGITS))
    assert (look.placing, look.box) == (Placing.BOX, 24)


@pytest.mark.parametrize("images", [DIGITS.swapaxes(2, 3)[..., 6:24], DIGITS[:, :, 6:24]], ids=["wide", "high"])
def test_that_the_box_fits_into_images_that_are_no_squares(images: Images) -> None:
    look = Appearance.of(images)
    assert look.drawn and Appearance.from_dict(look.to_dict(), images.shape[1:]) == look
    assert look.placed(np.pad(np.ones((9, 3)), 4), images.shape[2:]).shape == images.shape[2:]


def test_that_things_that_are_no_strokes_are_told_from_strokes() -> None:
    rng = np.random.default_rng(0)
    images = np.zeros((100, 1, 28, 28), np.uint8)
    for image in images:
        half = rng.integers(6, 14)
        image[:, 1:27, 14 - half : 14 + half] = 255
    look = Appearance.of(images)
    assert look.drawn and look.strokes is None


@pytest.mark.parametrize("shape", [(0, 1, 8, 8), (5, 3, 8, 8), (3, 1, 1, 1), (2, 1, 1, 9), (1, 2, 512, 512)])
@pytest.mark.filterwarnings("error")
def test_that_any_images_have_an_appearance(shape: tuple[int, ...]) -> None:
    for level in (0, 7, 255):
        look = Appearance.of(np.full(shape, level, np.uint8))
        assert look.placing is Placing.PHOTO and len(look.ink) == shape[1]
    noise = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    look = Appearance.of(noise)
    assert Appearance.from_dict(look.to_dict(), shape[1:]) == look


@pytest.mark.parametrize("images", [DIGITS, 255 - DIGITS, moved_about(DIGITS), photographs(3)], ids=range(4))
def test_that_a_file_keeps_it(images: Images) -> None:
    look = Appearance.of(images)
    assert Appearance.from_dict(look.to_dict(), images.shape[1:]) == look


@pytest.mark.parametrize(
    "change",
    [
        {"paper": [2.0]}, {"paper": [0.0, 0.0]}, {"paper": 0}, {"paper": [float("nan")]}, {"ink": None}, {"ink": ["1"]},
        {"placing": "upside down"}, {"placing": ["mass"]}, {"box": 0}, {"box": 29}, {"box": True},
        {"strokes": [3, 1]}, {"strokes": [1]}, {"strokes": [-1, 1]}, {"strokes": [1, 10**400]},
    ],
)  # fmt: skip
def test_that_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    values = {**Appearance.of_mnist((1, 28, 28)).to_dict(), **change}
    with pytest.raises(BadInputError, match="description of the images' appearance is damaged"):
        Appearance.from_dict(values, (1, 28, 28))
    for other in (None, [], "mass"):
        with pytest.raises(BadInputError):
            Appearance.from_dict(other, (1, 28, 28))


def test_that_images_unlike_those_that_a_network_learned_from_are_told() -> None:
    light, dark, photos = Appearance.of(DIGITS), Appearance.of(255 - DIGITS), Appearance.of(photographs(1))
    assert light.remarks(light) == dark.remarks(dark) == photos.remarks(photos) == dark.remarks(None) == ()
    (told,) = dark.remarks(light)
    assert told.startswith("The images are dark ink on light paper, where those that the network learned from were ")
    assert "are photographs, where" in photos.remarks(light)[0] and "were photographs;" in light.remarks(photos)[0]


def test_that_ink_gets_the_brightness_of_the_data() -> None:
    look = Appearance((1.0, 0.5, 0.0), (0.0, 0.5, 1.0), Placing.FREE, 20, None)
    image = look.painted(np.array([[0.0, 1.0, 0.25]], np.float32))
    np.testing.assert_allclose(image, [[[1, 0, 0.75]], [[0.5, 0.5, 0.5]], [[0, 1, 0.25]]])


def test_that_data_prepared_otherwise_gets_drawings_prepared_likewise() -> None:
    drawing = np.zeros((100, 120), np.float32)
    drawing[5:45, 5:9] = drawing[41:45, 5:25] = 1
    free = Appearance((0.0,), (1.0,), Placing.FREE, 20, (1.7, 3.7)).placed(drawing, (30, 36))
    assert np.flatnonzero(free.any(axis=1))[[0, -1]].tolist() == [1, 13]  # where it was, 0.3 times as large
    box = Appearance((0.0,), (1.0,), Placing.BOX, 24, (1.7, 3.7)).placed(drawing, (28, 28))
    rows, columns = (np.flatnonzero(box.any(axis=axis)) for axis in (1, 0))
    assert (rows[0], rows[-1], columns[0] + columns[-1]) == (2, 25, 27)


@settings(max_examples=30)
@given(st.integers(1, 30), st.integers(90, 200))
def test_that_a_pen_of_any_width_leaves_strokes_as_thick_as_the_datas(pen: int, side: int) -> None:
    """A cross of two lines: once, a pen of 9 % left strokes of 9 px where a digit was small."""
    sheet = np.zeros((300, 300), np.float32)
    first = 150 - side // 2
    sheet[first : first + side, 150 - pen // 2 : 150 - pen // 2 + pen] = 1
    sheet[150 - pen // 2 : 150 - pen // 2 + pen, first : first + side] = 1
    look = Appearance.of_mnist((1, 28, 28))
    x = look.placed(sheet, (28, 28))
    least, most = look.strokes
    assert least - 0.6 <= stroke_widths(x[None])[0] <= most + 0.6


@given(st.integers(1, 40))
def test_that_strokes_on_whole_sheets_become_as_thick_where_they_are(pen: int) -> None:
    sheet = np.zeros((320, 320), np.float32)
    sheet[80:240, 160 : 160 + pen] = 1
    x = Appearance((0.0,), (1.0,), Placing.FREE, 20, (2.0, 3.0)).placed(sheet, (32, 32))
    assert 1.6 <= stroke_widths(x[None])[0] <= 3.3
    assert x.sum(axis=1).max() * 3 >= 8 * 20 / 32 and x[:, :14].max() == x[:6].max() == x[26:].max() == 0
    assert abs(x.sum(axis=0) @ np.arange(32) / x.sum() - (159.5 + pen / 2) / 10) < 0.6


def test_that_strokes_within_the_datas_bounds_are_not_touched() -> None:
    look = Appearance.of_mnist((1, 28, 28))
    sheet = np.zeros((280, 280), np.float32)
    sheet[40:240, 100:125] = np.linspace(0.6, 1, 25)
    np.testing.assert_array_equal(look.placed(sheet, (28, 28)), normalise_digit(sheet))
