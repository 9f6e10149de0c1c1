"""The data sets that can be named, the bundled digits among them."""

import gzip
import hashlib
import os
import re
from pathlib import Path

import numpy as np
import pytest

import resources
from engine.data import catalogue
from engine.data.dataset import Dataset, Split
from engine.errors import BadInputError
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


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Every kind of data that can be read, by its name."""
    archive, plain = tmp_path / "cifar-10-binary.tar.gz", tmp_path / "cifar.tar"
    archive.write_bytes(gzip.compress(archives.tar(archives.cifar()), 1))
    plain.write_bytes(archives.tar(archives.cifar()))
    folder = archives.write_folder(tmp_path / "cifar-10-batches-bin", archives.cifar())
    mnist = archives.write_folder(tmp_path / "mnist", archives.idx(suffix=".gz"))
    npz = archives.write(tmp_path / "some.npz", archives.arrays(classes=3))
    unnamed = archives.write(tmp_path / "without a suffix", archives.arrays(classes=3))
    found = (
        archive,
        plain,
        folder,
        folder / "data_batch_1.bin",
        mnist,
        mnist / "t10k-labels-idx1-ubyte.gz",
        npz,
        unnamed,
    )
    return {path.name: path for path in found}


@pytest.mark.parametrize(
    ("name", "shape", "first", "called"),
    [
        ("cifar-10-binary.tar.gz", (3, 32, 32), "airplane", "cifar-10-binary.tar.gz"),
        ("cifar.tar", (3, 32, 32), "airplane", "cifar.tar"),
        ("cifar-10-batches-bin", (3, 32, 32), "airplane", "cifar-10-batches-bin"),
        ("data_batch_1.bin", (3, 32, 32), "airplane", "cifar-10-batches-bin"),
        ("mnist", (1, 5, 5), "0", "mnist"),
        ("t10k-labels-idx1-ubyte.gz", (1, 5, 5), "0", "mnist"),
        ("some.npz", (1, 5, 5), "0", "some.npz"),
        ("without a suffix", (1, 5, 5), "0", "without a suffix"),
    ],
)
def test_that_each_kind_of_data_is_told_by_what_it_is(
    places: dict[str, Path], name: str, shape: tuple[int, ...], first: str, called: str
) -> None:
    dataset = catalogue.load(str(places[name]))
    assert (dataset.image_shape, dataset.class_names[0], dataset.name) == (shape, first, called)


def test_that_options_after_the_path_give_another_view(places: dict[str, Path]) -> None:
    dataset = catalogue.load(f"{places['cifar-10-binary.tar.gz']}:grey:classes=automobile+airplane:crop=20x16")
    assert dataset.name == "cifar-10-binary.tar.gz (grey, classes=automobile+airplane, crop=20x16)"
    assert dataset.image_shape == (1, 20, 16) and dataset.class_names == ("automobile", "airplane")
    assert dataset.test.labels.tolist() == [1, 0]


def test_that_the_bundled_digits_have_views_too() -> None:
    digits = catalogue.load("bundled:crop=24x24:classes=3+8")
    assert digits.name == "Bundled MNIST digits (crop=24x24, classes=3+8)"
    assert digits.image_shape == (1, 24, 24) and len(digits.train) == 1000
    whole = catalogue.load("bundled").train
    np.testing.assert_array_equal(
        digits.train.images, whole.take(np.isin(whole.labels, (3, 8))).images[..., 2:26, 2:26]
    )


def test_that_the_folder_where_one_stands_can_be_named_by_a_dot(
    monkeypatch: pytest.MonkeyPatch, places: dict[str, Path]
) -> None:
    monkeypatch.chdir(places["mnist"])
    assert catalogue.load(".").name == "mnist"


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "notes.txt"), (b"hello", "notes.txt"), (b"\x00\x01\x02", "data.dat")],
)
def test_that_a_file_of_no_known_kind_is_told_what_is_supported(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        catalogue.load(str(tmp_path / name))
    assert str(caught.value) == f"{name} is not data that can be read; choose {catalogue.KINDS}."


def test_that_a_folder_without_data_is_told_what_is_supported(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        catalogue.load(str(tmp_path))
    assert str(caught.value) == f"{tmp_path.name} contains no data that can be read; choose {catalogue.KINDS}."


@pytest.mark.parametrize("source", ["a\0b.npz", "a\ud800.npz"])
def test_that_a_text_that_is_no_path_is_told(source: str) -> None:
    with pytest.raises(BadInputError, match=r"is not a path; choose an \.npz"):
        catalogue.load(source)


def test_that_a_device_is_told_and_not_read() -> None:
    with pytest.raises(BadInputError, match="is neither a file nor a folder"):
        catalogue.load(os.devnull)


def test_that_an_unknown_option_is_told_before_anything_is_read() -> None:
    with pytest.raises(BadInputError, match="gone:old has the unknown option 'old'"):
        catalogue.load("gone:old")


@pytest.mark.parametrize("source", ["gone.npz", "gone", "gone.tar.gz:grey"])
def test_that_a_missing_path_is_an_os_error_that_names_it_without_its_options(source: str) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        catalogue.load(source)
    assert str(caught.value.filename) == source.partition(":")[0]


def test_that_a_source_that_lasts_does_not_depend_on_the_folder_and_keeps_its_options(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert catalogue.lasting("some.npz") == str(tmp_path / "some.npz")
    assert catalogue.lasting("some.npz:grey:crop=8x8") == f"{tmp_path / 'some.npz'}:grey:crop=8x8"
    assert catalogue.lasting("run:old::grey") == f"{tmp_path / 'run:old'}::grey"
    assert catalogue.lasting("bundled") == "bundled"
    assert catalogue.lasting("bundled:grey") == "bundled:grey"
    assert catalogue.lasting(catalogue.lasting("a:b:")) == f"{tmp_path / 'a:b'}:"
