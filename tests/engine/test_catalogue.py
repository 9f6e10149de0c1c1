"""The data sets that can be named, the bundled digits among them."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

import resources
from engine.data import catalogue
from engine.data.dataset import Dataset, Split
from resources import make_digits
from tests.helpers import archives

BUNDLED = resources.path("digits", "bundled.npz")


def test_that_the_bundled_digits_are_balanced_mnist() -> None:
    digits = catalogue.load("bundled")
    assert digits.name == "Bundled MNIST digits"
    assert digits.class_names == tuple("0123456789")
    assert digits.image_shape == (1, 28, 28)
    assert np.bincount(digits.train.labels).tolist() == [500] * 10
    assert np.bincount(digits.test.labels).tolist() == [100] * 10


def test_that_bundled_digits_have_the_frame_and_the_ink_of_mnist() -> None:
    images = catalogue.load("bundled").train.images
    assert (images.max(axis=(1, 2, 3)) > 200).all()
    assert (images.min(axis=(1, 2, 3)) == 0).all()
    assert 0.12 < images.mean() / 255 < 0.14  # MNIST's mean is 0.1307


def test_that_no_digit_is_bundled_twice() -> None:
    with np.load(BUNDLED) as file:
        for part, count, whole in (("train", 5000, 60_000), ("test", 1000, 10_000)):
            indices = file[f"{part}_indices"]
            assert len(np.unique(indices)) == count
            assert indices.max() < whole
            assert len(np.unique(file[f"x_{part}"], axis=0)) == count
        both = np.concatenate([file["x_train"], file["x_test"]])
    assert len(np.unique(both, axis=0)) == 6000


def test_that_the_notice_names_origin_licence_and_checksum() -> None:
    notice = resources.path("digits", "NOTICE").read_text(encoding="utf-8")
    assert hashlib.sha256(BUNDLED.read_bytes()).hexdigest() in notice
    for part in ("LeCun", "Cortes", "Burges", "Share Alike 3.0", "states no licence", "make_digits"):
        assert part in re.sub(r"\s+", " ", notice)


def test_that_the_cut_takes_as_many_of_each_class_and_leaves_the_pixels_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_digits, "TRAIN_PER_CLASS", 3)
    monkeypatch.setattr(make_digits, "TEST_PER_CLASS", 2)
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(200) % 10)
    split = Split(rng.integers(0, 256, (200, 1, 28, 28), np.uint8), labels)
    cut = make_digits.cut(Dataset("m", split, split, tuple("0123456789")))
    assert np.bincount(cut["y_train"]).tolist() == [3] * 10
    assert np.bincount(cut["y_test"]).tolist() == [2] * 10
    np.testing.assert_array_equal(cut["x_train"], split.images[cut["train_indices"], 0])
    np.testing.assert_array_equal(cut["y_test"], labels[cut["test_indices"]])


def test_that_a_path_is_read_and_named_by_its_file(tmp_path: Path) -> None:
    path = archives.write(tmp_path / "some.npz", archives.arrays())
    assert catalogue.load(str(path)).name == "some.npz"


def test_that_a_source_that_lasts_does_not_depend_on_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert catalogue.lasting("some.npz") == str(tmp_path / "some.npz")
    assert catalogue.lasting("bundled") == "bundled"
