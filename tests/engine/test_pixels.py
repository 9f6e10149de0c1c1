"""Which range of pixels an array is in, and that the same picture comes back from each of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.pixels import Range, range_of, to_images
from engine.errors import BadInputError

ENDS = np.array([0, 255], np.uint8)
PICTURES = st.lists(st.integers(0, 255), min_size=1, max_size=30).map(
    lambda values: np.concatenate([ENDS, np.array(values, np.uint8)]).reshape(1, 1, 1, -1)
)


@pytest.mark.parametrize(
    ("low", "high", "whole", "kind"),
    [
        (0, 255, True, Range.BYTES), (0, 0, True, Range.BYTES), (0, 17, True, Range.BYTES), (0, 260, True, Range.BYTES),
        (0, 1, True, Range.BINARY), (0, 15, True, Range.LEVELS), (0, 2, True, Range.LEVELS),
        (0, 4095, True, Range.DEEP),
        (-128, 127, True, Range.SIGNED), (-3, 3, True, Range.STANDARDISED), (-5, 251, True, Range.BYTES),
        (0, 1, False, Range.UNIT), (0, 0, False, Range.UNIT), (-0.04, 1.05, False, Range.UNIT),
        (0, 0.06, False, Range.UNIT), (0, 0.04, False, Range.FAINT), (0, 1 / 255, False, Range.DIVIDED),
        (0, 1e-5, False, Range.FAINT), (0, 1.2, False, Range.LEVELS), (0, 16, False, Range.LEVELS),
        (0, 255, False, Range.BYTES), (-7, 262, False, Range.BYTES), (0, 65535, False, Range.DEEP),
        (-1, 1, False, Range.SYMMETRIC), (-1, 0.97, False, Range.SYMMETRIC), (-0.42, 2.82, False, Range.STANDARDISED),
        (-0.13, 0.87, False, Range.STANDARDISED), (-128, 127, False, Range.SIGNED),
        (-120, 160, False, Range.STANDARDISED),
    ],
)  # fmt: skip
def test_that_a_range_is_told_by_its_ends(low: float, high: float, whole: bool, kind: Range) -> None:
    assert range_of(low, high, whole) is kind


FORMS = {
    "0 to 255": lambda x: x,
    "whole numbers": lambda x: x.astype(np.int64),
    "fractions to 255": lambda x: x.astype(np.float32),
    "fractions to 1": lambda x: x / 255,
    "single fractions to 1": lambda x: x.astype(np.float32) / np.float32(255),
    "half fractions to 1": lambda x: (x / 255).astype(np.float16),
    "divided twice": lambda x: x / 255 / 255,
    "-1 to 1": lambda x: x / 127.5 - 1,
    "-128 to 127": lambda x: (x.astype(np.int16) - 128).astype(np.int8),
    "standardised": lambda x: (x / 255 - 0.1307) / 0.3081,
    "centred": lambda x: x / 255 - 0.4,
    "16 bits": lambda x: x.astype(np.uint16) * 257,
    "12 bits": lambda x: np.rint(x / 255 * 4095).astype(np.uint16),
    "big-endian": lambda x: (x / 255).astype(">f8"),
}


@given(picture=PICTURES, form=st.sampled_from(sorted(FORMS)))
def test_that_the_same_picture_comes_back_from_every_form(picture: np.ndarray, form: str) -> None:
    (images,), told = to_images({"x": FORMS[form](picture)}, "data")
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, picture)
    usual = {"0 to 255", "whole numbers", "fractions to 255", "fractions to 1", "single fractions to 1", "big-endian"}
    assert bool(told) == (form not in usual | {"half fractions to 1"})


@given(
    pictures=st.lists(PICTURES, min_size=2, max_size=3),
    forms=st.lists(st.sampled_from(sorted(FORMS)), min_size=3, max_size=3),
)
def test_that_each_array_is_judged_by_itself(pictures: list[np.ndarray], forms: list[str]) -> None:
    arrays = {f"x{k}": FORMS[form](picture) for k, (picture, form) in enumerate(zip(pictures, forms, strict=False))}
    kinds = {range_of(float(x.min()), float(x.max()), x.dtype.kind != "f") for x in arrays.values()}
    images, told = to_images(arrays, "data")
    if Range.STANDARDISED not in kinds:  # whose ends are those of all such arrays together
        for image, picture in zip(images, pictures, strict=True):
            np.testing.assert_array_equal(image, picture)
    assert told or kinds in ({Range.BYTES}, {Range.UNIT})
    assert all(line.endswith((".", "?")) and "\n" not in line for line in told)


FLOATS = st.floats(-1e6, 1e6) | st.floats(allow_nan=False, allow_infinity=False)


@given(
    low=FLOATS, high=FLOATS, dtype=st.sampled_from([np.float32, np.float64, np.int32]),
)  # fmt: skip
def test_that_nothing_implausible_passes_without_a_word(low: float, high: float, dtype: type) -> None:
    """What is read in silence has its brightest pixel in the upper three quarters of 0 to 255."""
    if dtype is np.int32:
        low, high = (min(max(end, -(2**31)), 2**31 - 1) for end in (low, high))
    with np.errstate(all="ignore"):
        values = np.array([min(low, high), max(low, high)]).astype(dtype).reshape(1, 1, 1, 2)
    try:
        (images,), told = to_images({"x": values}, "data")
    except BadInputError as error:
        assert str(error).endswith(".") and "pixel" in str(error)
    else:
        assert told or images.max() >= 0.25 * 255


def test_that_standardised_parts_share_their_ends() -> None:
    wide, narrow = np.array([-2.0, 3.0]).reshape(1, 1, 1, 2), np.array([-2.0, 0.5]).reshape(1, 1, 1, 2)
    (first, second), told = to_images({"x_train": wide, "x_test": narrow}, "data")
    assert first.ravel().tolist() == [0, 255] and second.ravel().tolist() == [0, 128]
    assert told == ("Pixels of x_train and x_test go from -2 to 3, as after standardisation: stretched to 0 to 255.",)


def test_that_bytes_are_not_copied() -> None:
    x = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    (images,), _ = to_images({"x": x}, "data")
    assert np.shares_memory(images, x)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_that_a_pixel_that_is_no_number_is_named_in_a_large_array(value: float) -> None:
    x = np.zeros((6000, 1, 28, 28), np.float32)
    x[5999, 0, 27, 3] = value
    with pytest.raises(BadInputError, match=rf"the pixel {value} in image 5999 \(counted from 0\), row 27, column 3"):
        to_images({"x": x}, "data")


def test_that_an_array_much_darker_than_the_one_it_shares_its_range_with_is_told() -> None:
    bright, dark = np.array([0.0, 16]).reshape(1, 1, 1, 2), np.array([0.0, 2]).reshape(1, 1, 1, 2)
    (_, second), told = to_images({"x_train": bright, "x_test": dark}, "data")
    assert second.max() == 32
    assert told[1:] == ("x_test is dark: its brightest pixel is 2 of 16; was it scaled by mistake?",)
