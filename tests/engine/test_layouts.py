"""How arrays of images lie in memory: whatever the layout, the same images come out, or a sentence."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.convert import MAX_SIDE, image_layout, picture_of
from engine.errors import BadInputError

Array = np.ndarray

LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "N, C, H, W": lambda x: x,
    "N, H, W, C": lambda x: x.transpose(0, 2, 3, 1),
    "H, W, C, N": lambda x: x.transpose(2, 3, 1, 0),
    "N, H, W": lambda x: x[:, 0],
    "H, W, N": lambda x: x[:, 0].transpose(1, 2, 0),
    "rows": lambda x: x.reshape(len(x), -1),
}


@given(
    count=st.integers(1, 9),
    channels=st.sampled_from([1, 3]),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    layout=st.sampled_from(sorted(LAYOUTS)),
    fortran=st.booleans(),
)
def test_that_the_same_images_come_out_of_every_layout(
    count: int, channels: int, height: int, width: int, layout: str, fortran: bool
) -> None:
    """MATLAB's alone are guessed, of square images whose number cannot be taken for another axis."""
    channels = 1 if layout in ("N, H, W", "H, W, N") else channels
    width = height if layout in ("rows", "H, W, N", "H, W, C, N") else width
    images = np.arange(count * channels * height * width).reshape(count, channels, height, width)
    values = LAYOUTS[layout](images)
    values = np.asfortranarray(values) if fortran else values
    try:
        found = image_layout(values.shape, "x", count)
    except BadInputError as error:
        assert "can be read in two ways" in str(error)
        assert layout not in ("N, H, W", "rows") and {1, 3} & set(values.shape[1:])
        return
    if layout in ("H, W, N", "H, W, C, N") and height == count:
        return  # as many images as rows: the usual reading is taken
    np.testing.assert_array_equal(found.arranged(values), images)
    assert (found.image, found.count) == ((channels, height, width), count)


@given(shape=st.lists(st.integers(0, 600), max_size=6).map(tuple), count=st.none() | st.integers(0, 600))
def test_that_any_shape_is_images_or_a_sentence(shape: tuple[int, ...], count: int | None) -> None:
    try:
        found = image_layout(shape, "x", count)
    except BadInputError as error:
        assert str(error).startswith("x has ") and str(error).endswith(".")
    else:
        assert found.image[0] in (1, 3) and min(found.image) >= 1 and max(found.image[1:]) <= MAX_SIDE
        assert found.count * np.prod(found.image) == np.prod(shape)


@pytest.mark.parametrize(
    ("pixels", "picture"),
    [(784, (1, 28, 28)), (3072, (3, 32, 32)), (2352, (3, 28, 28)), (64, (1, 8, 8)), (785, None), (0, None), (2, None)],
)
def test_that_a_row_of_pixels_is_a_square_of_one_channel_or_three(
    pixels: int, picture: tuple[int, int, int] | None
) -> None:
    assert picture_of(pixels) == picture


def test_that_images_that_are_no_squares_are_not_guessed_to_lie_along_the_last_axis() -> None:
    assert image_layout((6, 5, 4), "x", 4).count == 6
