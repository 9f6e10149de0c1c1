"""Other views of a data set: in grey, some classes, the middle of the images."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import convert
from engine.data.dataset import Dataset, Split
from engine.data.views import crop, grey, only_classes
from engine.errors import BadInputError

NAMES = ("cat", "dog", "bird")


def dataset(labels: list[int], shape: tuple[int, ...] = (3, 4, 5), test: list[int] | None = None) -> Dataset:
    """Return a data set of random images with a validation split like its test split."""
    rng = np.random.default_rng(0)

    def split(some: list[int]) -> Split:
        return Split(rng.integers(0, 256, (len(some), *shape), np.uint8), np.array(some, np.intp))

    return Dataset("some", split(labels), split(test or [0, 1, 2]), NAMES, split([2, 1, 0]))


def splits(data: Dataset) -> tuple[Split, Split, Split]:
    assert data.validation is not None
    return data.train, data.test, data.validation


def pixel(*colour: int) -> Dataset:
    split = Split(np.array(colour, np.uint8).reshape(1, 3, 1, 1), np.zeros(1, np.intp))
    return Dataset("pixel", split, split, NAMES)


# Grey.


@pytest.mark.parametrize(
    ("colour", "value"),
    [
        ((255, 255, 255), 255), ((0, 0, 0), 0), ((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29),
        ((10, 20, 30), 18), ((1, 2, 3), 2), ((0, 1, 0), 1), ((1, 0, 0), 0),
    ],
)  # fmt: skip
def test_that_grey_is_the_weighted_mean_rounded(colour: tuple[int, int, int], value: int) -> None:
    """E.g. 0.299 * 10 + 0.587 * 20 + 0.114 * 30 = 18.15."""
    assert grey(pixel(*colour)).train.images.ravel().tolist() == [value]


@given(value=st.integers(0, 255))
def test_that_a_grey_pixel_keeps_its_value(value: int) -> None:
    assert grey(pixel(value, value, value)).train.images.item() == value


@settings(max_examples=25)
@given(n=st.integers(1, 7), height=st.integers(1, 4), width=st.integers(1, 4), piece=st.integers(1, 60))
def test_that_grey_is_right_for_every_pixel_of_every_split(n: int, height: int, width: int, piece: int) -> None:
    data = dataset([0] * n, (3, height, width))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(convert, "_PIECE", piece)
        made = grey(data)
    for before, after in zip(splits(data), splits(made), strict=True):
        red, green, blue = before.images.astype(float).swapaxes(0, 1)
        assert after.images.shape == (len(before), 1, height, width) and after.images.dtype == np.uint8
        assert np.abs(after.images[:, 0] - (0.299 * red + 0.587 * green + 0.114 * blue)).max() <= 0.5 + 1e-9
        assert after.labels is before.labels


def test_that_one_channel_is_grey_already() -> None:
    data = dataset([0, 1], (1, 4, 5))
    assert grey(data) is data


def test_that_two_channels_cannot_be_made_grey() -> None:
    with pytest.raises(BadInputError, match="some has images of 2 channels; only 3, RGB, can be made grey"):
        grey(dataset([0, 1], (2, 4, 5)))


# Classes.


@given(
    labels=st.lists(st.integers(0, 2), min_size=1, max_size=30), names=st.permutations(NAMES), count=st.integers(2, 3)
)
def test_that_chosen_classes_are_all_there_and_labelled_in_their_order(
    labels: list[int], names: list[str], count: int
) -> None:
    chosen = names[:count]
    data = dataset([*labels, 0, 1, 2])
    some = only_classes(data, chosen)
    assert some.class_names == tuple(chosen)
    for before, after in zip(splits(data), splits(some), strict=True):
        kept = [i for i, label in enumerate(before.labels) if NAMES[label] in chosen]
        np.testing.assert_array_equal(after.images, before.images[kept])
        assert [chosen[label] for label in after.labels] == [NAMES[label] for label in before.labels[kept]]


def test_that_choosing_leaves_the_data_set_as_it_was() -> None:
    data = dataset([0, 1, 2])
    some = only_classes(data, ["bird", "cat"])
    some.train.images[...], some.train.labels[...] = 0, 0
    assert data.train.labels.tolist() == [0, 1, 2] and data.train.images.any() and data.class_names == NAMES


@pytest.mark.parametrize(
    ("names", "part"),
    [
        (["cat", "cow"], "some has no class 'cow'; it has cat, dog, bird"),
        ([""], "no class ''"),
        (["cat"], "choose two or more"),
        ([], "choose two or more"),
        (["cat", "cat"], "each once"),
    ],
)
def test_that_a_choice_that_is_none_is_refused(names: list[str], part: str) -> None:
    with pytest.raises(BadInputError, match=part):
        only_classes(dataset([0, 1, 2]), names)


@pytest.mark.parametrize(
    ("train", "test", "part"), [([2, 2], [0, 1], "no training images of cat, dog"), ([0, 1], [2], "no test images of")]
)
def test_that_a_choice_without_images_is_refused(train: list[int], test: list[int], part: str) -> None:
    with pytest.raises(BadInputError, match=part):
        only_classes(dataset(train, test=test), ["cat", "dog"])


# The middle.


@given(height=st.integers(1, 9), width=st.integers(1, 9), new_height=st.integers(1, 9), new_width=st.integers(1, 9))
def test_that_a_crop_is_the_middle_and_an_odd_pixel_goes_at_the_bottom_and_right(
    height: int, width: int, new_height: int, new_width: int
) -> None:
    data = dataset([0, 1], (2, height, width))
    if new_height > height or new_width > width:
        with pytest.raises(BadInputError, match=f"{new_height} × {new_width} pixels .* the {height} × {width} of some"):
            crop(data, new_height, new_width)
        return
    for before, after in zip(splits(data), splits(crop(data, new_height, new_width)), strict=True):
        above, left = (height - new_height) // 2, (width - new_width) // 2
        below, right = height - new_height - above, width - new_width - left
        assert 0 <= below - above <= 1 and 0 <= right - left <= 1
        whole = np.pad(after.images, ((0, 0), (0, 0), (above, below), (left, right)))
        assert whole.shape == before.images.shape
        inside = np.pad(np.ones_like(after.images), ((0, 0), (0, 0), (above, below), (left, right)))
        np.testing.assert_array_equal(whole, before.images * inside)


def test_that_the_middle_24_of_28_begin_at_the_third_pixel() -> None:
    rows = np.broadcast_to(np.arange(28, dtype=np.uint8)[:, None], (1, 1, 28, 28))
    data = replace(dataset([0]), train=Split(rows, np.zeros(1, np.intp)), test=Split(rows, np.zeros(1, np.intp)))
    assert crop(replace(data, validation=None), 24, 24).train.images[0, 0, :, 0].tolist() == list(range(2, 26))


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (-1, 3)])
def test_that_a_crop_to_nothing_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(BadInputError, match="choose 1 × 1 to 4 × 5"):
        crop(dataset([0]), *size)


def test_that_every_view_keeps_name_classes_and_a_missing_validation() -> None:
    data = replace(dataset([0, 1]), validation=None)
    for view in (grey(data), crop(data, 2, 2), only_classes(data, NAMES)):
        assert (view.name, view.class_names, view.validation) == ("some", NAMES, None)
