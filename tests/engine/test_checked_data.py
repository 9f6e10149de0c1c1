"""Data that somebody made by hand, not by a reader: what of it is refused before the first step."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Split
from engine.errors import BadInputError
from engine.model import Model
from engine.trainable import check_batch_size, check_trainable
from tests.helpers import tiny

DATA = tiny.dataset(train=10)
IMAGES, LABELS = DATA.train.images, DATA.train.labels


def refusal(part: str, images: Any, labels: Any) -> str:
    model = Model.build(tiny.architecture(), DATA.image_shape, np.random.default_rng(0))
    with pytest.raises(BadInputError) as caught:
        check_trainable(model, replace(DATA, **{part: Split(images, labels)}))
    return str(caught.value)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize(
    ("images", "said"),
    [
        (IMAGES / 255, "has float64 images of shape (10, 1, 8, 8)"),
        (np.full(IMAGES.shape, np.nan, np.float32), "has float32 images"),
        (IMAGES.astype(np.int64), "has int64 images"),
        (IMAGES[:, 0], "of shape (10, 8, 8)"),
    ],
)
def test_that_images_that_are_no_bytes_or_have_no_channels_are_refused(part: str, images: Any, said: str) -> None:
    sentence = refusal(part, images, LABELS)
    assert sentence.startswith("bands has") and said in sentence and sentence.endswith("(N, C, H, W).")


@pytest.mark.parametrize("part", ["validation", "test"])
def test_that_images_of_another_size_than_those_to_train_on_are_refused(part: str) -> None:
    assert "bands has uint8 images of shape (10, 1, 7, 8)" in refusal(part, IMAGES[:, :, 1:], LABELS)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
@pytest.mark.parametrize(
    "labels", [LABELS[:9], np.append(LABELS, 0), LABELS[:, None], LABELS.astype(float), LABELS.astype(str), LABELS > 0]
)
def test_that_images_without_one_whole_number_each_are_refused(part: str, labels: Any) -> None:
    assert f"{labels.dtype} labels of shape {labels.shape} for 10 images; give" in refusal(part, IMAGES, labels)


@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.uint64])
def test_that_labels_may_be_any_whole_numbers(kind: type) -> None:
    model = Model.build(tiny.architecture(), DATA.image_shape, np.random.default_rng(0))
    check_trainable(model, replace(DATA, train=Split(IMAGES, LABELS.astype(kind))))


def test_that_a_mini_batch_may_hold_all_images_and_not_one_more() -> None:
    check_batch_size(1, DATA.train)
    check_batch_size(10, DATA.train)
    with pytest.raises(BadInputError) as caught:
        check_batch_size(11, DATA.train)
    assert str(caught.value) == (
        "A mini-batch of 11 images is larger than the 10 images left to train on; choose a batch size of at"
        " most 10, or hold out less."
    )


def test_that_what_counts_for_a_mini_batch_is_what_is_left_after_holding_out() -> None:
    held = tiny.dataset(train=20).hold_out(0.5, np.random.default_rng(0))
    with pytest.raises(BadInputError, match="the 10 images left"):
        check_batch_size(20, held.train)
