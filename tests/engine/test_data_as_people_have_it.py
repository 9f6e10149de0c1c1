"""Data sets in the forms in which people have them: each is read rightly, or refused for what it is."""

import gzip
import io
import os
import pickle
import tarfile
import tracemalloc
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data import catalogue
from engine.data import table as table_reader
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from tests.helpers import archives

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture
def digits() -> dict[str, Any]:
    """Forty training and twenty test images of ten classes, black and white among their pixels."""
    arrays = archives.arrays(40, 20, 10, 6)
    for part in ("train", "test"):
        arrays[f"x_{part}"][:, 0, :2] = 0, 255
    return arrays


def saved(folder: Path, arrays: Mapping[str, Any]) -> Dataset:
    """Save *arrays* as people do and read them."""
    np.savez_compressed(folder / "data.npz", **{name: np.asarray(values) for name, values in arrays.items()})
    return catalogue.load(str(folder / "data.npz"))


def refusal(source: Path | str) -> str:
    """Return the sentence with which *source* is refused: one line that ends properly."""
    with pytest.raises(BadInputError) as caught:
        catalogue.load(str(source))
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text and "damaged" not in text and "cut off" not in text
    return text


def check(dataset: Dataset, digits: Mapping[str, Any], names: tuple[str, ...] = tuple("0123456789")) -> None:
    """Compare all pixels and labels with those that were written."""
    assert dataset.class_names == names
    for part, split in (("train", dataset.train), ("test", dataset.test)):
        np.testing.assert_array_equal(split.images[:, 0], digits[f"x_{part}"])
        np.testing.assert_array_equal(split.labels, digits[f"y_{part}"])


# Names of arrays.


@pytest.mark.parametrize(
    "names",
    [
        ("X_train", "Y_train", "X_test", "Y_test"), ("train_images", "train_labels", "test_images", "test_labels"),
        ("trainX", "trainY", "testX", "testY"), ("images_train", "labels_train", "images_test", "labels_test"),
        ("train-x", "train-y", "test-x", "test-y"), ("train_data", "train_targets", "test_data", "test_targets"),
        ("train_set_x", "train_set_y", "test_set_x", "test_set_y"),
        ("training_images", "training_labels", "testing_images", "testing_labels"),
    ],
)  # fmt: skip
def test_that_the_usual_names_are_understood(tmp_path: Path, digits: dict[str, Any], names: tuple[str, ...]) -> None:
    usual = ("x_train", "y_train", "x_test", "y_test")
    dataset = saved(tmp_path, {name: digits[old] for name, old in zip(names, usual, strict=True)})
    check(dataset, digits)
    assert dataset.remarks == ()


def test_that_medmnist_is_read_with_its_validation_images(tmp_path: Path, digits: dict[str, Any]) -> None:
    parts = {"train": "train", "val": "test", "test": "test"}
    dataset = saved(
        tmp_path,
        {f"{part}_images": digits[f"x_{old}"] for part, old in parts.items()}
        | {f"{part}_labels": digits[f"y_{old}"][:, None] for part, old in parts.items()},
    )
    check(dataset, digits)
    assert dataset.validation is not None
    np.testing.assert_array_equal(dataset.validation.images[:, 0], digits["x_test"])
    told = "It has 20 validation images of its own; no training images are held out for validation."
    assert dataset.remarks == (told,)
    assert dataset.hold_out(0.1, np.random.default_rng(0)) is dataset


def test_that_validation_images_are_the_test_where_there_are_no_others(tmp_path: Path, digits: dict[str, Any]) -> None:
    digits = {name.replace("test", "val"): values for name, values in digits.items()}
    dataset = saved(tmp_path, digits)
    check(dataset, {name.replace("val", "test"): values for name, values in digits.items()})
    assert dataset.validation is None
    assert dataset.remarks == ("There are no test images: the validation images are used for the test.",)


def test_that_without_test_images_a_fifth_is_kept_and_always_the_same(tmp_path: Path, digits: dict[str, Any]) -> None:
    arrays = {"data": digits["x_train"].reshape(40, 36), "target": digits["y_train"]}
    first, again = (saved(tmp_path, arrays) for _ in range(2))
    assert (len(first.train), len(first.test)) == (30, 10)
    np.testing.assert_array_equal(first.test.images, again.test.images)
    both = np.concatenate([first.train.images, first.test.images])[:, 0]
    assert sorted(image.tobytes() for image in both) == sorted(image.tobytes() for image in digits["x_train"])
    assert first.remarks == (
        "Rows of data have 36 values: read as images of 1 × 6 × 6, row by row.",
        "There are no test images: 10 images, about 20 % of each class, are kept for the test and not trained on.",
    )


def test_that_the_test_has_an_image_of_every_class_that_has_two(tmp_path: Path, digits: dict[str, Any]) -> None:
    dataset = saved(tmp_path, {"x": digits["x_train"][:9], "y": [0, 0, 1, 1, 2, 2, 2, 2, 3]})
    assert sorted(dataset.test.labels.tolist()) == [0, 1, 2]
    assert sorted(dataset.train.labels.tolist()) == [0, 1, 2, 2, 2, 3]


def test_that_of_several_arrays_of_images_the_ones_with_a_height_are_taken(
    tmp_path: Path, digits: dict[str, Any]
) -> None:
    """As scikit-learn has its digits: the same as rows and as images."""
    arrays = {"data": digits["x_train"].reshape(40, 36), "images": digits["x_train"], "target": digits["y_train"]}
    assert len(saved(tmp_path, arrays).remarks) == 1  # on the test images


def test_that_test_images_without_labels_are_left_out_and_that_is_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    dataset = saved(tmp_path, {name: values for name, values in digits.items() if name != "y_test"})
    assert dataset.remarks[0] == "x_test was left out, since it has no labels."
    assert (len(dataset.train), len(dataset.test)) == (30, 10)


def test_that_arrays_without_names_are_refused_with_the_names_that_are_understood(
    tmp_path: Path, digits: dict[str, Any]
) -> None:
    np.savez(tmp_path / "data.npz", *digits.values())
    said = refusal(tmp_path / "data.npz")
    assert "arr_0, arr_1, arr_2 and arr_3, arrays without names" in said
    assert "x_train, y_train, x_test, y_test, or train_images" in said


def test_that_two_arrays_for_the_same_are_not_chosen_between(tmp_path: Path, digits: dict[str, Any]) -> None:
    np.savez(tmp_path / "data.npz", **digits, train_images=digits["x_train"])
    assert "has both train_images and x_train" in refusal(tmp_path / "data.npz")


@pytest.mark.parametrize("suffix", [".npz", ".npy"])
@pytest.mark.parametrize("chosen", ["", "kmnist-test-labels"])
def test_that_a_folder_with_an_array_a_file_is_read(
    tmp_path: Path, digits: dict[str, Any], suffix: str, chosen: str
) -> None:
    folder = tmp_path / "kmnist"
    folder.mkdir()
    for name, values in digits.items():
        file = folder / f"kmnist-{name[2:]}-{'imgs' if name[0] == 'x' else 'labels'}{suffix}"
        if suffix == ".npz":
            np.savez_compressed(file, values)
        else:
            np.save(file, values)
    dataset = catalogue.load(str(folder / f"{chosen}{suffix}" if chosen else folder))
    check(dataset, digits)
    assert dataset.name == "kmnist" and dataset.remarks == ()


def test_that_two_sets_in_one_folder_are_told_apart_by_the_chosen_file(tmp_path: Path, digits: dict[str, Any]) -> None:
    for start, turned in (("kmnist", 1), ("k49", -1)):
        for part in ("train", "test"):
            np.savez(tmp_path / f"{start}-{part}-imgs.npz", digits[f"x_{part}"][:, ::turned])
            np.savez(tmp_path / f"{start}-{part}-labels.npz", digits[f"y_{part}"])
    assert "holds 2 data sets, k49 and kmnist; choose one of the files" in refusal(tmp_path)
    check(catalogue.load(str(tmp_path / "kmnist-train-imgs.npz")), digits)


def test_that_a_missing_file_of_such_a_folder_is_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    np.save(tmp_path / "x_train.npy", digits["x_train"])
    assert "lacks a file with the training labels" in refusal(tmp_path)


# Layouts.


def test_that_one_pixel_a_image_is_read(tmp_path: Path, digits: dict[str, Any]) -> None:
    for part in ("train", "test"):
        digits[f"x_{part}"] = digits[f"x_{part}"][:, 1:2, 1:2, None]
    dataset = saved(tmp_path, digits)
    assert dataset.image_shape == (1, 1, 1)
    np.testing.assert_array_equal(dataset.train.images, digits["x_train"])


def test_that_svhn_as_matlab_lays_it_out_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, count in (("train", 40), ("test", 20)):
        arrays[f"x_{part}"] = rng.integers(0, 256, (32, 32, 3, count), np.uint8)
        arrays[f"y_{part}"] = (np.arange(count) % 10 + 1)[:, None]
    dataset = saved(tmp_path, arrays)
    assert dataset.image_shape == (3, 32, 32) and dataset.class_names == tuple(map(str, range(1, 11)))
    for n, c, i, j in ((0, 0, 0, 1), (7, 2, 31, 0), (39, 1, 5, 9)):
        assert dataset.train.images[n, c, i, j] == arrays["x_train"][i, j, c, n]
    assert dataset.train.labels.tolist() == [k % 10 for k in range(40)]
    assert dataset.remarks[0] == "The images of x_train and x_test lie along the last axis, as MATLAB has them."


# Pixels.


def test_that_an_overshoot_is_clipped_and_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    scaled = {name: digits[name].astype(np.float32) / 255 for name in ("x_train", "x_test")}
    scaled["x_train"][0, 0, 1] = 1.02
    dataset = saved(tmp_path, digits | scaled)
    check(dataset, digits)
    assert dataset.remarks == ("Pixels of x_train beyond 0 to 1 (up to 1.02) were clipped.",)


def test_that_training_images_may_be_scaled_and_test_images_not(tmp_path: Path, digits: dict[str, Any]) -> None:
    arrays = digits | {"x_train": digits["x_train"] / 255, "x_test": digits["x_test"].astype(np.float32)}
    dataset = saved(tmp_path, arrays)
    check(dataset, digits)
    assert dataset.remarks == (
        "Pixels of x_train from 0 to 1, of x_test from 0 to 255: each was read by its own range.",
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool])
def test_that_zero_and_one_are_black_and_white(tmp_path: Path, digits: dict[str, Any], dtype: type) -> None:
    marked = {name: digits[name] > 127 for name in ("x_train", "x_test")}
    dataset = saved(tmp_path, digits | {name: values.astype(dtype) for name, values in marked.items()})
    check(dataset, digits | {name: values * np.uint8(255) for name, values in marked.items()})
    assert dataset.remarks == ("Pixels of x_train and x_test hold 0 and 1 alone: read as black and white.",)


def test_that_fractions_divided_twice_are_stretched_and_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    twice = {name: (digits[name] / 255 / 255).astype(np.float32) for name in ("x_train", "x_test")}
    dataset = saved(tmp_path, digits | twice)
    check(dataset, digits)
    assert dataset.remarks == (
        "Pixels of x_train and x_test go from 0 to 1/255, as if divided by 255 twice: stretched to 0 to 255.",
    )


@pytest.mark.parametrize("dtype", [np.float64, np.uint8])
def test_that_zero_to_sixteen_is_stretched_and_told(tmp_path: Path, digits: dict[str, Any], dtype: type) -> None:
    levels = {name: np.rint(digits[name] / 255 * 16) for name in ("x_train", "x_test")}
    dataset = saved(tmp_path, digits | {name: values.astype(dtype) for name, values in levels.items()})
    check(dataset, digits | {name: np.rint(values * 255 / 16).astype(np.uint8) for name, values in levels.items()})
    assert dataset.remarks == ("Pixels of x_train and x_test go from 0 to 16: stretched to 0 to 255.",)


def test_that_standardised_images_are_brought_back_and_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    """By the mean and the deviation of MNIST, as most examples have them."""
    scaled = {name: (digits[name] / 255 - 0.1307) / 0.3081 for name in ("x_train", "x_test")}
    dataset = saved(tmp_path, digits | scaled)
    check(dataset, digits)
    assert dataset.remarks == (
        "Pixels of x_train and x_test go from -0.424213 to 2.82149, as after standardisation: stretched to 0 to 255.",
    )


def test_that_a_pixel_that_is_no_number_is_named_with_its_image(tmp_path: Path, digits: dict[str, Any]) -> None:
    x = digits["x_train"] / 255
    x[3, 4, 5] = np.nan
    np.savez(tmp_path / "data.npz", **(digits | {"x_train": x}))
    assert "x_train has the pixel nan in image 3 (counted from 0), row 4, column 5" in refusal(tmp_path / "data.npz")


def test_that_dark_images_are_read_as_they_are_and_told(tmp_path: Path, digits: dict[str, Any]) -> None:
    dataset = saved(tmp_path, digits | {"x_test": digits["x_test"] // 8})
    assert dataset.test.images.max() == 31
    assert dataset.remarks == ("x_test is dark: its brightest pixel is 31 of 255; was it scaled by mistake?",)


def test_that_dark_ink_on_white_paper_is_read_as_it_is(tmp_path: Path, digits: dict[str, Any]) -> None:
    inverse = {name: 255 - digits[name] for name in ("x_train", "x_test")}
    dataset = saved(tmp_path, digits | inverse)
    check(dataset, digits | inverse)
    assert dataset.remarks == ()


# Labels.


def test_that_words_are_class_names(tmp_path: Path, digits: dict[str, Any]) -> None:
    words = {name: np.array(WORDS)[digits[name]] for name in ("y_train", "y_test")}
    dataset = saved(tmp_path, digits | words)
    assert dataset.class_names == tuple(sorted(WORDS))
    assert [dataset.class_names[k] for k in dataset.train.labels] == words["y_train"].tolist()
    assert dataset.remarks == ("The labels are words; the 10 classes are called what they are, in alphabetical order.",)


def test_that_labels_from_one_keep_their_names(tmp_path: Path, digits: dict[str, Any]) -> None:
    dataset = saved(tmp_path, digits | {name: digits[name] + 1 for name in ("y_train", "y_test")})
    check(dataset, digits, tuple(map(str, range(1, 11))))
    assert dataset.remarks == ("The labels are 1 to 10; the 10 classes are called what they are.",)


@pytest.mark.parametrize("missing", [0, 4, 9])
@pytest.mark.parametrize("named", [False, True])
def test_that_a_class_without_training_images_is_there_and_told_wherever_it_lies(
    tmp_path: Path, digits: dict[str, Any], missing: int, named: bool
) -> None:
    kept = digits["y_train"] != missing
    some = digits | {"x_train": digits["x_train"][kept], "y_train": digits["y_train"][kept]}
    names = WORDS if named else tuple("0123456789")
    dataset = saved(tmp_path, some | ({"class_names": WORDS} if named else {}))
    check(dataset, some, names)
    told = f"Class {names[missing]} has no training image, so the network cannot learn to recognise it."
    assert dataset.remarks == (told,)


def test_that_several_labels_an_image_are_refused(tmp_path: Path, digits: dict[str, Any]) -> None:
    np.savez(tmp_path / "data.npz", **(digits | {"y_train": np.eye(14, dtype=int)[digits["y_train"]] * 0}))
    assert "y_train has 14 labels an image, and a network here gives each" in refusal(tmp_path / "data.npz")


def test_that_one_hot_rows_are_labels(tmp_path: Path, digits: dict[str, Any]) -> None:
    dataset = saved(tmp_path, digits | {name: np.eye(10)[digits[name]] for name in ("y_train", "y_test")})
    check(dataset, digits)
    assert dataset.remarks == ("y_train and y_test had a 1 in the column of each image's class.",)


def test_that_an_imbalance_is_told(tmp_path: Path) -> None:
    x, y = np.zeros((105, 6, 6), np.uint8), np.repeat([0, 1], [100, 5])
    x[:, 0, 0] = 255
    dataset = saved(tmp_path, {"x_train": x, "y_train": y, "x_test": x, "y_test": y})
    assert dataset.remarks == (
        "The classes are uneven: 100 training images of 0, 5 of 1; always answering 0 would be right for 95 % of them.",
    )


def test_that_the_same_name_for_two_classes_is_refused(tmp_path: Path, digits: dict[str, Any]) -> None:
    np.savez(tmp_path / "data.npz", **digits, class_names=["same"] * 10)
    assert "class_names has the name 'same' more than once" in refusal(tmp_path / "data.npz")


def test_that_structured_labels_are_refused_for_what_they_are(tmp_path: Path, digits: dict[str, Any]) -> None:
    records = digits["y_train"].astype([("label", "<i4")])
    np.savez(tmp_path / "data.npz", **(digits | {"y_train": records}))
    assert "y_train.npy is a structured array" in refusal(tmp_path / "data.npz")


# Tables of text.


def table(values: np.ndarray, labels: np.ndarray | None, header: bool = True, last: bool = False) -> str:
    """Return a table as Kaggle's: a label and the pixels of an image a line."""
    rows = [list(map(str, image.ravel())) for image in values]
    names = [f"pixel{k}" for k in range(len(rows[0]))]
    if labels is not None:
        for row, label in zip(rows, labels, strict=True):
            row.insert(len(row) if last else 0, str(label))
        names.insert(len(names) if last else 0, "label")
    return "".join(",".join(row) + "\r\n" for row in ([names] if header else []) + rows)


@pytest.mark.parametrize("chosen", ["train.csv", "test.csv", ""])
def test_that_kaggles_digits_are_read_and_its_test_file_has_no_labels(
    tmp_path: Path, digits: dict[str, Any], chosen: str
) -> None:
    (tmp_path / "train.csv").write_text(table(digits["x_train"], digits["y_train"]))
    (tmp_path / "test.csv").write_text(table(digits["x_test"], None))
    dataset = catalogue.load(str(tmp_path / chosen if chosen else tmp_path))
    assert dataset.image_shape == (1, 6, 6) and dataset.class_names == tuple("0123456789")
    assert dataset.remarks == (
        "test.csv has no labels and was left out.",
        "There are no test images: 10 images, about 20 % of each class, are kept for the test and not trained on.",
    )
    held = np.concatenate([dataset.train.images, dataset.test.images])[:, 0]
    assert sorted(image.tobytes() for image in held) == sorted(image.tobytes() for image in digits["x_train"])
    for split in (dataset.train, dataset.test):
        for image, label in zip(split.images[:, 0], split.labels, strict=True):
            (n,) = np.flatnonzero((digits["x_train"] == image).all(axis=(1, 2)))
            assert digits["y_train"][n] == label


def test_that_a_table_without_labels_is_refused(tmp_path: Path, digits: dict[str, Any]) -> None:
    (tmp_path / "some.csv").write_text(table(digits["x_test"], None))
    assert "some.csv has no labels: all of its 36 columns are pixels" in refusal(tmp_path / "some.csv")


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("packed", [True, False])
def test_that_tables_with_test_labels_are_read_pixel_for_pixel(
    tmp_path: Path, digits: dict[str, Any], header: bool, last: bool, words: bool, packed: bool
) -> None:
    if last:
        for part in ("train", "test"):
            digits[f"x_{part}"][:, 0, 0] = 0  # as almost all pixels in a corner of a digit
    for part in ("train", "test"):
        labels = np.array(WORDS)[digits[f"y_{part}"]] if words else digits[f"y_{part}"]
        text = table(digits[f"x_{part}"], labels, header, last).encode()
        file = tmp_path / f"mnist_{part}.csv{'.gz' if packed else ''}"
        file.write_bytes(gzip.compress(text) if packed else text)
    dataset = catalogue.load(str(file))
    np.testing.assert_array_equal(dataset.train.images[:, 0], digits["x_train"])
    np.testing.assert_array_equal(dataset.test.images[:, 0], digits["x_test"])
    names = WORDS if words else tuple("0123456789")
    assert [dataset.class_names[k] for k in dataset.test.labels] == [names[k] for k in digits["y_test"]]


@pytest.mark.parametrize("chosen", ["sign_mnist_test/sign_mnist_test.csv", ""])
def test_that_tables_in_a_folder_each_belong_together(tmp_path: Path, digits: dict[str, Any], chosen: str) -> None:
    for part in ("train", "test"):
        folder = tmp_path / "signs" / f"sign_mnist_{part}"
        folder.mkdir(parents=True)
        (folder / f"sign_mnist_{part}.csv").write_text(table(digits[f"x_{part}"], digits[f"y_{part}"]))
    check(catalogue.load(str(tmp_path / "signs" / chosen)), digits)


def test_that_a_folder_with_several_tables_asks_for_one(tmp_path: Path, digits: dict[str, Any]) -> None:
    for name in ("a_train.csv", "b_train.csv"):
        (tmp_path / name).write_text(table(digits["x_train"], digits["y_train"]))
    assert "holds a_train.csv and b_train.csv; choose one of these tables" in refusal(tmp_path)


def test_that_emnists_table_is_put_upright_and_has_letters(tmp_path: Path) -> None:
    arrays = archives.arrays(52, 26, 26, 6)
    for part in ("train", "test"):
        text = table(arrays[f"x_{part}"].transpose(0, 2, 1), arrays[f"y_{part}"] + 1, header=False)
        (tmp_path / f"emnist-letters-{part}.csv").write_text(text)
    dataset = catalogue.load(str(tmp_path / "emnist-letters-train.csv"))
    np.testing.assert_array_equal(dataset.train.images[:, 0], arrays["x_train"])
    assert dataset.class_names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_that_fashion_mnists_table_has_the_names_of_its_classes(tmp_path: Path, digits: dict[str, Any]) -> None:
    for part in ("train", "test"):
        (tmp_path / f"fashion-mnist_{part}.csv").write_text(table(digits[f"x_{part}"], digits[f"y_{part}"]))
    dataset = catalogue.load(str(tmp_path))
    assert dataset.class_names[:2] == ("T-shirt/top", "Trouser")
    np.testing.assert_array_equal(dataset.test.labels, digits["y_test"])


def test_that_colours_side_by_side_in_a_table_are_found(tmp_path: Path) -> None:
    rows, columns = np.mgrid[:8, :8]
    smooth = np.stack([rows * 30, columns * 30, 210 - rows * 30]).astype(np.uint8)
    images = np.stack([smooth, smooth[:, ::-1], smooth[:, :, ::-1], smooth.transpose(0, 2, 1)] * 3)
    for name, layout in (("planes", images), ("pixels", images.transpose(0, 2, 3, 1))):
        (tmp_path / f"{name}.csv").write_text(table(layout, np.arange(12) % 2))
        dataset = catalogue.load(str(tmp_path / f"{name}.csv"))
        assert dataset.image_shape == (3, 8, 8)
        assert ("The three colours of a pixel lie side by side in the table." in dataset.remarks) == (name == "pixels")
        for image in dataset.train.images:
            assert (image == images).all(axis=(1, 2, 3)).any()


# Pictures in folders.


def write_pictures(folder: Path, digits: Mapping[str, Any], mode: str = "L") -> Path:
    for part in ("train", "test"):
        for n, (pixels, label) in enumerate(zip(digits[f"x_{part}"], digits[f"y_{part}"], strict=True)):
            place = folder / part / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).convert(mode).save(place / f"{n:03}.png")
    (folder / "train" / ".DS_Store").write_bytes(b"mac")
    return folder


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_that_a_folder_of_pictures_a_class_is_read(tmp_path: Path, digits: dict[str, Any], mode: str) -> None:
    dataset = catalogue.load(str(write_pictures(tmp_path / "data", digits, mode)))
    assert dataset.class_names == tuple("0123456789") and dataset.image_shape == (1, 6, 6) and dataset.remarks == ()
    for part, split in (("train", dataset.train), ("test", dataset.test)):
        order = np.argsort(digits[f"y_{part}"], kind="stable")  # by the folders
        np.testing.assert_array_equal(split.labels, digits[f"y_{part}"][order])
        np.testing.assert_array_equal(split.images[:, 0], digits[f"x_{part}"][order])


def test_that_a_dark_picture_of_12_bits_stays_dark_in_a_folder_of_others(tmp_path: Path) -> None:
    """Each by its own largest, the dark one would be four times as bright."""
    for number, level in enumerate((4000, 900, 3000, 200)):
        place = tmp_path / "train" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 6), level, np.uint16)).save(place / f"{number}.png")
    dataset = catalogue.load(str(tmp_path))
    images = np.concatenate([dataset.train.images, dataset.test.images])
    assert images.shape == (4, 1, 6, 6)
    assert sorted(images[:, 0, 0, 0].tolist()) == [round(level / 4095 * 255) for level in (200, 900, 3000, 4000)]


def test_that_pictures_in_colour_and_of_different_sizes_become_one_size(tmp_path: Path) -> None:
    for name, colour in (("cats", (200, 10, 30)), ("dogs", (0, 150, 255))):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for n in range(5):
            Image.new("RGB", (40 + n, 30), colour).save(tmp_path / "pets" / name / f"{n}.png")
    dataset = catalogue.load(str(tmp_path / "pets"))
    assert dataset.class_names == ("cats", "dogs") and dataset.image_shape == (3, 30, 30)
    assert dataset.train.images[0, :, 3, 3].tolist() == [200, 10, 30]
    assert dataset.train.images[-1, :, 3, 3].tolist() == [0, 150, 255]
    assert dataset.remarks[0] == (
        "The pictures of pets have 5 sizes, up to 30 × 44 pixels: the middle of each was scaled to 30 × 30."
    )
    assert (len(dataset.train), len(dataset.test)) == (8, 2)


def test_that_a_picture_that_cannot_be_read_is_named(tmp_path: Path, digits: dict[str, Any]) -> None:
    folder = write_pictures(tmp_path / "data", digits)
    (folder / "train" / "3" / "bad.png").write_bytes(b"hello")
    with pytest.raises(BadInputError, match=r"bad\.png is not a picture that can be read"):
        catalogue.load(str(folder))


# IDX files under other names.


def letters(transposed: bool = True) -> dict[str, bytes]:
    arrays = archives.arrays(52, 26, 26, 5)
    files = {}
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"] + 1
        files[f"emnist-letters-{part}-images-idx3-ubyte.gz"] = archives.idx_bytes(
            x.transpose(0, 2, 1) if transposed else x
        )
        files[f"emnist-letters-{part}-labels-idx1-ubyte.gz"] = archives.idx_bytes(y)
    return files


def test_that_emnists_letters_are_read_upright(tmp_path: Path) -> None:
    dataset = catalogue.load(str(archives.write_folder(tmp_path / "gzip", letters())))
    arrays = archives.arrays(52, 26, 26, 5)
    np.testing.assert_array_equal(dataset.train.images[:, 0], arrays["x_train"])
    np.testing.assert_array_equal(dataset.test.labels, arrays["y_test"])
    assert dataset.class_names == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert dataset.remarks[0] == "EMNIST stores rows and columns exchanged; its images were put upright."


def test_that_a_folder_with_several_of_emnists_sets_asks_for_a_file(tmp_path: Path) -> None:
    files = letters()
    files |= {name.replace("letters", "balanced"): content for name, content in files.items()}
    folder = archives.write_folder(tmp_path / "gzip", files)
    assert "holds 2 data sets, emnist_balanced and emnist_letters; choose one of the files" in refusal(folder)
    dataset = catalogue.load(str(folder / "emnist-letters-test-labels-idx1-ubyte.gz"))
    assert len(dataset.class_names) == 26 and dataset.name == "gzip (letters)"


def idx_digits(digits: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        f"{'train' if part == 'train' else 't10k'}-{kind}": archives.idx_bytes(digits[f"{axis}_{part}"])
        for part in ("train", "test")
        for axis, kind in (("x", "images-idx3-ubyte"), ("y", "labels-idx1-ubyte"))
    }


@pytest.mark.parametrize("chosen", ["", "t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte"])
def test_that_idx_files_in_a_folder_each_are_read(tmp_path: Path, digits: dict[str, Any], chosen: str) -> None:
    for name, content in idx_digits(digits).items():
        (tmp_path / "mnist" / name).mkdir(parents=True)
        (tmp_path / "mnist" / name / name).write_bytes(content)
    check(catalogue.load(str(tmp_path / "mnist" / chosen)), digits)


def test_that_idx_files_with_a_capital_ending_are_read(tmp_path: Path, digits: dict[str, Any]) -> None:
    for name, content in idx_digits(digits).items():
        (tmp_path / f"{name}.GZ").write_bytes(gzip.compress(content))
    check(catalogue.load(str(tmp_path)), digits)
    check(catalogue.load(str(tmp_path / "train-images-idx3-ubyte.GZ")), digits)


@pytest.mark.parametrize("inner", ["", ".gz"])
@pytest.mark.parametrize("outer", [".tar", ".tar.gz", ".zip"])
def test_that_idx_files_in_an_archive_are_read(tmp_path: Path, digits: dict[str, Any], inner: str, outer: str) -> None:
    files = {
        f"{name}{inner}": gzip.compress(content) if inner else content for name, content in idx_digits(digits).items()
    }
    if outer == ".zip":
        with zipfile.ZipFile(tmp_path / "MNIST.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(f"MNIST/raw/{name}", content)
    else:
        content = archives.tar(files, tarfile.USTAR_FORMAT, "MNIST/raw/")
        (tmp_path / f"MNIST{outer}").write_bytes(gzip.compress(content) if outer.endswith("gz") else content)
    dataset = catalogue.load(str(tmp_path / f"MNIST{outer}"))
    check(dataset, digits)
    assert dataset.name == f"MNIST{outer}"


def test_that_qmnists_rows_of_labels_begin_with_the_class(tmp_path: Path, digits: dict[str, Any]) -> None:
    for part in ("train", "test"):
        rows = np.stack([digits[f"y_{part}"], *[np.arange(len(digits[f"y_{part}"])) + 7] * 7], axis=1)
        head = bytes((0, 0, 12, 2)) + np.array(rows.shape, ">u4").tobytes()
        (tmp_path / f"qmnist-{part}-images-idx3-ubyte").write_bytes(archives.idx_bytes(digits[f"x_{part}"]))
        (tmp_path / f"qmnist-{part}-labels-idx2-int").write_bytes(head + rows.astype(">i4").tobytes())
    check(catalogue.load(str(tmp_path)), digits)


# CIFAR.


def cifar_100(count: int = 20) -> dict[str, bytes]:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 3072), np.uint8)
    labels = np.array([[k % 20, k * 5 % 100] for k in range(count)], np.uint8)
    records = np.concatenate([labels, pixels], axis=1).tobytes()
    return {"train.bin": records, "test.bin": records}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("option", ["", ":coarse"])
def test_that_cifar_100_is_read_by_its_fine_or_its_coarse_labels(tmp_path: Path, packed: bool, option: str) -> None:
    if packed:
        path = tmp_path / "cifar-100-binary.tar.gz"
        path.write_bytes(gzip.compress(archives.tar(cifar_100(), folder="cifar-100-binary/")))
    else:
        path = archives.write_folder(tmp_path / "cifar-100-binary", cifar_100())
    dataset = catalogue.load(f"{path}{option}")
    assert dataset.image_shape == (3, 32, 32) and len(dataset.class_names) == (20 if option else 100)
    assert dataset.class_names[:2] == (("aquatic_mammals", "fish") if option else ("apple", "aquarium_fish"))
    assert dataset.train.labels.tolist() == [k % 20 if option else k * 5 % 100 for k in range(20)]
    assert dataset.train.images[3].tobytes() == cifar_100()["train.bin"][3 * 3074 + 2 : 4 * 3074]
    assert "two labels an image" in dataset.remarks[0]


def test_that_only_cifar_100_has_coarse_labels() -> None:
    assert "bundled has no coarse labels, which only CIFAR-100 has" in refusal("bundled:coarse")


@pytest.mark.parametrize(
    "name",
    [
        "a.npz", "x_train.npy", "t.csv", "t.tsv", "t.csv.gz", "c.tar.gz", "c.tgz", "c.tar", "m.zip",
        "train-images-idx3-ubyte", "t10k-labels.idx1-ubyte", "emnist-letters-train-images-idx3-ubyte.gz",
        "train-images-idx3-ubyte.GZ", "qmnist-train-labels-idx2-int", "data_batch_1.bin",
    ],
)  # fmt: skip
def test_that_a_file_dialog_shows_what_can_be_read(name: str) -> None:
    assert any(fnmatchcase(name, pattern) for pattern in catalogue.FILTERS.split())


# What is refused for what it is.


def test_that_cifar_for_python_is_refused_with_the_name_of_the_other_version(tmp_path: Path) -> None:
    files = {name: pickle.dumps({}) for name in ("data_batch_1", "data_batch_2", "test_batch", "batches.meta")}
    folder = archives.write_folder(tmp_path / "cifar-10-batches-py", files)
    archive = tmp_path / "cifar-10-python.tar.gz"
    archive.write_bytes(gzip.compress(archives.tar(files, folder="cifar-10-batches-py/")))
    (tmp_path / "data").mkdir()
    archives.write_folder(tmp_path / "data" / "cifar-10-batches-py", files)
    for place in (folder, folder / "data_batch_1", archive, tmp_path / "data"):
        said = refusal(place)
        assert "pickles are never opened" in said and "get cifar-10-binary.tar.gz from https://" in said


@pytest.mark.parametrize("name", ["mnist.pkl.gz", "mnist.pkl", "mnist"])
@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_that_a_pickle_is_refused_unread(tmp_path: Path, name: str, protocol: int) -> None:
    content = pickle.dumps(np.zeros(3), protocol)
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    assert "is a pickle, and pickles are never opened" in refusal(tmp_path / name)


def test_that_what_pytorch_saves_is_refused_as_pickles(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "training.pt", "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(1))
    assert "is made of pickles" in refusal(tmp_path / "training.pt")


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "data.h5", "is an HDF5 file"),
        (b"MATLAB 5.0 MAT-file, Platform" + bytes(99), "train_32x32.mat", "is a MATLAB file"),
        (b"PAR1" + bytes(99), "train.parquet", "is a Parquet file"),
        (b"BZh91AY", "cifar.tar.bz2", "is packed by bzip2; unpack it"),
        (b"\xfd7zXZ\0", "cifar.tar.xz", "is packed by xz; unpack it"),
        (b"\x89PNG\r\n", "seven.png", "is a single picture"),
        (gzip.compress(b"hello, this is no archive" * 99), "data.gz", "is neither a .tar archive nor"),
        (gzip.compress(b"hello"), "data.tar.gz", "is neither a .tar archive nor"),
        (gzip.compress(archives.packed({"a.npy": np.zeros(3)})), "data.npz.gz", "packed once more"),
        (gzip.compress(archives.tar({"readme": b"hi"})), "data.tar.gz", "holds readme; unpack it"),
        (archives.packed({"project.json": b"{}"}), "mine.cnn", "is a project or a run and has no images in it"),
        (archives.packed({"cats/1.png": b"", "dogs/2.png": b""}), "pets.zip", "unpack it, and choose the folder"),
    ],
)
def test_that_other_forms_are_refused_for_what_they_are(tmp_path: Path, content: bytes, name: str, part: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert part in refusal(tmp_path / name)


def test_that_remarks_on_the_classes_follow_the_view(tmp_path: Path, digits: dict[str, Any]) -> None:
    kept = digits["y_train"] != 4
    some = digits | {"x_train": digits["x_train"][kept], "y_train": digits["y_train"][kept]}
    np.savez(tmp_path / "data.npz", **some)
    assert catalogue.load(f"{tmp_path / 'data.npz'}:classes=1+2").remarks == ()
    assert len(catalogue.load(f"{tmp_path / 'data.npz'}:classes=1+4").remarks) == 1


def test_that_a_zip_with_a_password_says_so(tmp_path: Path, digits: dict[str, Any]) -> None:
    out = io.BytesIO(archives.packed({"x_train.npy": digits["x_train"], "y_train.npy": digits["y_train"]}))
    content = bytearray(out.getvalue())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    (tmp_path / "data.npz").write_bytes(content)
    assert "is protected by a password" in refusal(tmp_path / "data.npz")


# Nothing hostile ends in anything but data or a sentence.


def only_a_sentence(path: Path) -> None:
    try:
        catalogue.load(str(path))
    except BadInputError as error:
        assert str(error).endswith(".") and "\n" not in str(error)


def small_digits() -> dict[str, Any]:
    return archives.arrays(6, 4, 2, 3)


def zipped() -> bytes:
    return archives.packed({f"raw/{name}": content for name, content in idx_digits(small_digits()).items()})


def tabled() -> bytes:
    digits = small_digits()
    return table(digits["x_train"], digits["y_train"]).encode()


HOSTILE = {"mnist.zip": zipped(), "some.csv": tabled(), "some.csv.gz": gzip.compress(tabled(), mtime=0)}
same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)


@same_folder
@given(name=st.sampled_from(sorted(HOSTILE)), place=st.integers(0, 2000), bit=st.integers(0, 7), cut=st.booleans())
def test_that_flipped_bits_and_cuts_end_in_data_or_a_sentence(
    tmp_path: Path, name: str, place: int, bit: int, cut: bool
) -> None:
    content = HOSTILE[name]
    content = content[: place % len(content)] if cut else archives.flipped(content, place, bit)
    (tmp_path / name).write_bytes(content)
    only_a_sentence(tmp_path / name)


@same_folder
@given(
    content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.zip", "a.tar", "a.npz", "a.gz", "a", "a.tsv"])
)
def test_that_any_bytes_under_any_name_end_in_a_sentence(tmp_path: Path, content: bytes, name: str) -> None:
    for start in (b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"label,p0\n", b"0,1,2,3,4\n"):
        (tmp_path / name).write_bytes(start + content)
        only_a_sentence(tmp_path / name)
        (tmp_path / name).unlink()


@same_folder
@given(text=st.text(alphabet='0123456789.,;\t\n"ea-', max_size=120))
def test_that_any_table_ends_in_data_or_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "some.csv").write_text(text)
    only_a_sentence(tmp_path / "some.csv")


@same_folder
@given(place=st.integers(0, 300), bit=st.integers(0, 7), cut=st.booleans())
def test_that_a_damaged_npy_of_a_folder_ends_in_data_or_a_sentence(
    tmp_path: Path, place: int, bit: int, cut: bool
) -> None:
    for name, values in small_digits().items():
        np.save(tmp_path / f"{name}.npy", values)
    content = (tmp_path / "x_train.npy").read_bytes()
    content = content[: place % len(content)] if cut else archives.flipped(content, place, bit)
    (tmp_path / "x_train.npy").write_bytes(content)
    only_a_sentence(tmp_path)


def test_that_a_table_is_refused_at_the_line_that_is_wrong(tmp_path: Path, digits: dict[str, Any]) -> None:
    lines = table(digits["x_train"], digits["y_train"]).splitlines()
    for change, part in (
        (lines[5].rpartition(",")[0], "line 6, has 36 columns, and the first line 37"),
        (lines[5].replace(",255", ",white", 1), "has 'white' for a pixel; write a number there"),
    ):
        (tmp_path / "some.csv").write_text("\n".join([*lines[:5], change, *lines[6:]]))
        assert part in refusal(tmp_path / "some.csv")


def test_that_a_table_takes_little_more_memory_than_its_pixels(tmp_path: Path) -> None:
    count, side = 3000, 28
    rows = "".join(f"{k % 10}," + ",".join(["7"] * (side * side)) + "\n" for k in range(10))
    (tmp_path / "some.csv").write_text(rows * (count // 10))
    tracemalloc.start()
    try:
        dataset = catalogue.load(str(tmp_path / "some.csv"))
        assert tracemalloc.get_traced_memory()[1] < 3 * count * side * side + 12 * 2**20
    finally:
        tracemalloc.stop()
    assert len(dataset.train) + len(dataset.test) == count


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"\n" * 2**27, "has empty lines alone at line"),
        (b"0," * 2**26, "has a line of more than 16,777,216 bytes"),
        (b"label,a,b,c,d\n" + b"1,2,3,4,5\n" * (2**28 // 10), "holds more than"),
        (b"1,2\n" * 2**26, "holds more than"),
    ],
)
def test_that_a_table_that_is_a_bomb_is_refused_soon_and_not_held(
    tmp_path: Path, content: bytes, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_reader, "_MOST_IMAGES", 20_000)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(content, 9))
    del content
    tracemalloc.start()
    try:
        assert part in refusal(tmp_path / "bomb.csv.gz")
        assert tracemalloc.get_traced_memory()[1] < 140 * 2**20
    finally:
        tracemalloc.stop()


def test_that_what_becomes_hundreds_of_times_larger_is_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_reader, "_SMALL", 2**20)
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress((b"0," * 784 + b"0\n") * 4000, 9))
    assert "holds more than the" in refusal(tmp_path / "bomb.csv.gz")


def test_that_the_number_of_a_wrong_line_counts_all_lines_of_a_long_table(tmp_path: Path) -> None:
    line = ",".join(["1"] * 65)
    lines = [line] * 20_000
    lines[15_000] = line[:-2]
    (tmp_path / "some.csv").write_text("\n".join(["", *lines]))
    assert "line 15,002, has 64 columns" in refusal(tmp_path / "some.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_that_a_fifo_in_a_folder_is_not_opened(tmp_path: Path, digits: dict[str, Any]) -> None:
    np.savez(tmp_path / "data.npz", **digits)
    for name in ("train-images-idx3-ubyte", "train.csv", "x_train.npy"):
        os.mkfifo(tmp_path / name)
    check(catalogue.load(str(tmp_path)), digits)
