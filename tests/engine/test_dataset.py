"""Labelled images: what is held out, and how mini-batches are drawn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.dataset import Batch, Dataset, Split, batches, pixels
from engine.errors import BadInputError


def numbered(labels: list[int], classes: int = 3) -> Dataset:
    """Return a data set whose image number i has the value i at every pixel."""
    images = np.broadcast_to(np.arange(len(labels), dtype=np.uint8)[:, None, None, None], (len(labels), 1, 2, 3))
    split = Split(images.copy(), np.array(labels, np.intp))
    return Dataset("numbered", split, split.take(np.arange(0)), tuple(map(str, range(classes))))


def numbers(split: Split) -> list[int]:
    return split.images[:, 0, 0, 0].tolist()


def test_that_the_image_shape_is_channels_height_width() -> None:
    assert numbered([0, 1]).image_shape == (1, 2, 3)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.floats(0, 0.5), st.integers(0, 99))
def test_that_what_is_held_out_and_what_is_left_make_up_all_and_overlap_nowhere(
    labels: list[int], share: float, seed: int
) -> None:
    whole = numbered(labels)
    held = whole.hold_out(share, np.random.default_rng(seed))
    validation = numbers(held.validation) if held.validation else []
    assert sorted(numbers(held.train) + validation) == list(range(len(labels)))
    for split in (held.train, held.validation):
        assert split is None or [labels[i] for i in numbers(split)] == split.labels.tolist()
    for label in range(3):
        taken = 0 if held.validation is None else int(np.count_nonzero(held.validation.labels == label))
        assert taken == round(share * labels.count(label))
    assert held.test is whole.test and held.name == whole.name


def test_that_each_class_gives_its_share_even_when_classes_differ_in_size() -> None:
    held = numbered([0] * 100 + [1] * 20 + [2] * 10).hold_out(0.1, np.random.default_rng(0))
    assert held.validation is not None
    assert np.bincount(held.validation.labels).tolist() == [10, 2, 1]


def test_that_holding_out_nothing_changes_nothing() -> None:
    whole = numbered([0, 1, 2])
    assert whole.hold_out(0.0, np.random.default_rng(0)) is whole
    assert whole.validation is None


def test_that_validation_images_that_are_there_are_used_and_no_others_held_out() -> None:
    held = numbered([0] * 50).hold_out(0.2, np.random.default_rng(0))
    assert held.hold_out(0.1, np.random.default_rng(0)) is held
    assert held.hold_out(0.0, np.random.default_rng(0)) is held


def test_that_an_empty_validation_split_counts_as_none() -> None:
    whole = numbered([0] * 50)
    held = replace(whole, validation=whole.test).hold_out(0.2, np.random.default_rng(0))
    assert held.validation is not None and len(held.validation) == 10


def test_that_the_generator_decides_what_is_held_out() -> None:
    whole = numbered([0] * 50)
    first, again, other = (whole.hold_out(0.2, np.random.default_rng(seed)).validation for seed in (1, 1, 2))
    assert first is not None and again is not None and other is not None
    assert numbers(first) == numbers(again) != numbers(other)


@given(st.integers(1, 40), st.integers(1, 50), st.integers(0, 99))
def test_that_mini_batches_hold_every_sample_once_and_only_the_last_is_smaller(n: int, size: int, seed: int) -> None:
    split = numbered([i % 3 for i in range(n)]).train
    drawn = [batch.samples for batch in batches(split, size, np.random.default_rng(seed))]
    assert sorted(i for part in drawn for i in numbers(part)) == list(range(n))
    assert [len(part) for part in drawn] == [size] * (n // size) + ([n % size] if n % size else [])
    assert all(part.labels.tolist() == [i % 3 for i in numbers(part)] for part in drawn)


@pytest.mark.parametrize("size", [0, -1])
def test_that_a_mini_batch_of_no_images_is_refused(size: int) -> None:
    with pytest.raises(BadInputError, match=f"A mini-batch of {size} images .* at least 1"):
        next(batches(numbered([0, 1]).train, size, np.random.default_rng(0)))


def test_that_an_empty_split_has_no_mini_batches() -> None:
    assert list(batches(numbered([0]).test, 4, np.random.default_rng(0))) == []


def test_that_the_order_comes_from_the_generator_and_differs_from_epoch_to_epoch() -> None:
    split, rng = numbered([0] * 30).train, np.random.default_rng(0)
    (first,), (second,) = (list(batches(split, 30, rng)) for _ in range(2))
    (again,) = batches(split, 30, np.random.default_rng(0))
    assert numbers(first.samples) == numbers(again.samples) != numbers(second.samples)


def test_that_pixels_are_float32_from_zero_to_one() -> None:
    values = pixels(np.array([0, 51, 255], np.uint8))
    assert values.dtype == np.float32
    assert values.tolist() == pytest.approx([0, 0.2, 1])
    assert values.max() <= 1


def test_that_a_part_of_a_batch_is_that_part_of_the_whole() -> None:
    for augment in (False, True):
        split = Split(np.random.default_rng(0).integers(0, 256, (10, 1, 8, 8), np.uint8), np.zeros(10, np.intp))
        (batch,) = batches(split, 10, np.random.default_rng(1), augment)
        assert (batch.inputs(slice(3, 7)) == batch.inputs(slice(None))[3:7]).all()


def test_that_only_augmented_batches_carry_transforms() -> None:
    split = numbered([0] * 5).train
    (plain,), (moved,) = (list(batches(split, 5, np.random.default_rng(0), augment)) for augment in (False, True))
    assert plain.transforms is None
    assert moved.transforms is not None and moved.transforms.shape == (5, 2, 3)
    assert (Batch(plain.samples).inputs(slice(None)) == pixels(plain.samples.images)).all()


def test_that_samples_are_copied_when_taken() -> None:
    split = numbered([0, 1]).train
    taken = split.take(np.array([1]))
    taken.images[...] = 99
    assert numbers(split) == [0, 1]
