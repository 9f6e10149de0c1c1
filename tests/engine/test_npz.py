"""Data sets in .npz files: what is read, and that nothing hostile ends in anything but a sentence."""

import io
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.data.npz import read_npz
from engine.errors import BadInputError
from engine.files import archive
from tests.helpers import archives

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
VALID = archives.packed({f"{k}.npy": v for k, v in {**archives.arrays(), "class_names": list("abc")}.items()})
PIXELS = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5)


def read(folder: Path, **changes: Any) -> Any:
    """Read a small valid data set with some arrays changed; None takes one away."""
    content = {name: value for name, value in {**archives.arrays(), **changes}.items() if value is not None}
    return read_npz(archives.write(folder / "some.npz", content))


def refusal(folder: Path, **changes: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        read(folder, **changes)
    return sentence(caught.value)


def sentence(error: BadInputError) -> str:
    """Return the error's text, having checked that it is one line that names the file and ends properly."""
    text = str(error)
    assert "some.npz" in text
    assert text.endswith(".")
    assert "\n" not in text
    return text


def images(**both: Any) -> dict[str, Any]:
    return {"x_train": both["x"], "y_train": np.arange(len(both["x"])), "x_test": both["x"], "y_test": [0] * 4}


def test_that_what_numpy_saves_is_read_pixel_for_pixel(tmp_path: Path) -> None:
    arrays = archives.arrays()
    np.savez_compressed(tmp_path / "some.npz", **arrays)
    dataset = read_npz(tmp_path / "some.npz")
    assert dataset.name == "some.npz"
    assert dataset.class_names == ("0", "1", "2")
    assert dataset.image_shape == (1, 5, 5)
    assert dataset.train.images.dtype == np.uint8
    np.testing.assert_array_equal(dataset.train.images[:, 0], arrays["x_train"])
    np.testing.assert_array_equal(dataset.test.images[:, 0], arrays["x_test"])
    np.testing.assert_array_equal(dataset.train.labels, arrays["y_train"])
    np.testing.assert_array_equal(dataset.test.labels, arrays["y_test"])


@pytest.mark.parametrize("channels", [1, 3])
def test_that_channels_may_come_first_or_last(tmp_path: Path, channels: int) -> None:
    first = np.stack([PIXELS + c for c in range(channels)], axis=1)
    for layout in (first, first.transpose(0, 2, 3, 1)):
        dataset = read(tmp_path, **images(x=layout))
        np.testing.assert_array_equal(dataset.train.images, first)


def test_that_fortran_order_and_big_endian_arrays_are_read_as_they_were(tmp_path: Path) -> None:
    dataset = read(tmp_path, **images(x=np.asfortranarray(PIXELS.astype(">i4"))))
    np.testing.assert_array_equal(dataset.train.images[:, 0], PIXELS)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_that_fractions_to_one_and_to_255_give_the_same_pixels(tmp_path: Path, dtype: type) -> None:
    whole = np.linspace(0, 255, 120).round().reshape(4, 6, 5)
    for x in (whole, whole / 255):
        np.testing.assert_array_equal(read(tmp_path, **images(x=x.astype(dtype))).test.images[:, 0], whole)


def test_that_each_array_of_fractions_is_scaled_by_its_own_range(tmp_path: Path) -> None:
    x = np.linspace(0, 255, 75).reshape(3, 5, 5)
    dataset = read(tmp_path, x_train=x, y_train=[0, 1, 2], x_test=x / 255, y_test=[0, 1, 2])
    np.testing.assert_array_equal(dataset.test.images, dataset.train.images)
    told = "Pixels of x_train from 0 to 255, of x_test from 0 to 1: each was read by its own range."
    assert dataset.remarks == (told,)


def test_that_labels_may_be_a_column_and_whole_floating_point_numbers(tmp_path: Path) -> None:
    dataset = read(tmp_path, y_train=np.array([[0.0], [2.0], [1.0], [0.0], [1.0], [2.0]]))
    assert dataset.train.labels.tolist() == [0, 2, 1, 0, 1, 2]


def test_that_the_labels_of_both_parts_make_the_classes(tmp_path: Path) -> None:
    dataset = read(tmp_path, y_train=[0, 0, 0, 2, 0, 6], y_test=[1, 3, 0, 0])
    assert dataset.class_names == tuple("01236")
    assert dataset.train.labels.tolist() == [0, 0, 0, 2, 0, 4] and dataset.test.labels.tolist() == [1, 3, 0, 0]


def test_that_the_file_can_name_its_classes(tmp_path: Path) -> None:
    assert read(tmp_path, class_names=["cat", "dög", "鳥"]).class_names == ("cat", "dög", "鳥")


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"x_train": None, "y_test": None}, "lacks training images; it has x_test and y_train. Names that are"),
        ({"x_train": None, "y_train": None}, "lacks training images and training labels"),
        ({"y_train": [0, 1, 2]}, "give each image one label"),
        ({"y_train": np.zeros((6, 2), int)}, "y_train has 2 labels an image"),
        ({"y_train": np.zeros((6, 2, 2), int)}, "give each image one label"),
        ({"y_train": [0, 1, 2, -1, 0, 1]}, "the label -1"),
        ({"y_train": [0, 1, 2, 0.5, 0, 1]}, "the label 0.5"),
        ({"y_train": [0, 1, 2, np.nan, 0, 1]}, "the label nan"),
        ({"y_train": np.array([0, 1, 2, 2**64 - 1, 0, 1], np.uint64)}, "the label 18446744073709551615"),
        ({"y_train": [0] * 6, "y_test": [0] * 4}, "two classes or more"),
        ({"y_train": list("abcabc")}, "y_train has words for labels and y_test numbers"),
        ({"x_train": np.zeros((6, 5, 5), complex)}, "save it as numbers"),
        ({"x_train": np.zeros((6, 5, 4), np.uint8)}, "make them the same"),
        ({"x_train": np.zeros((6, 26), np.uint8)}, "is not that of images"),
        ({"x_train": np.zeros((6, 2, 5, 5), np.uint8)}, "is not that of images"),
        ({"x_train": np.zeros((6, 3, 5, 3), np.uint8)}, "two ways"),
        ({"x_train": np.zeros((0, 5, 5), np.uint8), "y_train": np.zeros(0, int)}, "no images"),
        ({"x_test": np.zeros((4, 0, 5), np.uint8)}, "no images"),
        ({"x_train": np.zeros((6, 513, 5), np.uint8)}, "more than 512 × 512"),
        ({"x_train": np.full((6, 5, 5), np.nan)}, "the pixel nan in image 0"),
        ({"x_train": np.full((6, 5, 5), np.inf)}, "the pixel inf in image 0"),
        ({"x_train": np.full((6, 5, 5), -0.5)}, "the value -0.5 in every pixel"),
        ({"class_names": ["cat", "dog"]}, "class_names has 2 names for labels from 0 to 2; give as many names"),
        ({"class_names": [[1, 2, 3]]}, "make it a row of texts, one for each class"),
        ({"class_names": [0.5, 1, 2]}, "make it a row of texts, one for each class"),
        ({"class_names": ["cat", "dog", "cat"]}, "has the name 'cat' more than once"),
        ({"class_names": ["cat", "dog", ""]}, "unusable name"),
        ({"class_names": ["cat", "dog", "b\nrd"]}, "unusable name"),
        ({"class_names": ["cat", "dog", "x" * 81]}, "unusable name"),
    ],
)
def test_that_a_data_set_that_does_not_fit_together_is_refused_in_a_sentence(
    tmp_path: Path, changes: dict[str, Any], part: str
) -> None:
    assert part in refusal(tmp_path, **changes)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"\x93NUMPY\x01\x00", "not a zip"),
        (b"hello", "not a zip"),
        (b"PK\x03\x04", "cut off or damaged"),
    ],
)
def test_that_a_file_of_another_kind_is_named(tmp_path: Path, content: bytes, part: str) -> None:
    (tmp_path / "some.npz").write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_npz(tmp_path / "some.npz")
    assert part in sentence(caught.value)


def test_that_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "some.npz")


def test_that_a_directory_that_points_before_the_file_is_damage(tmp_path: Path) -> None:
    content = bytearray(VALID)
    place = content.index(b"PK\x05\x06") + 16  # the offset of the directory
    content[place : place + 4] = b"\xff\xff\x00\x00"
    (tmp_path / "some.npz").write_bytes(content)
    with pytest.raises(BadInputError) as caught:
        read_npz(tmp_path / "some.npz")
    assert "damaged" in sentence(caught.value)


def test_that_a_class_name_with_characters_that_do_not_exist_is_refused(tmp_path: Path) -> None:
    entry = header("(3,)", "<U1") + b"\xff\xff\x11\x00" * 3
    assert "damaged" in refusal(tmp_path, class_names=entry)


class Bomb:
    """Sets off when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("a pickle was loaded",)


def test_that_pickled_objects_are_refused_unread(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.array([Bomb()] * 6, object), allow_pickle=True)
    assert pickle.dumps(Bomb()) and "Python objects" in refusal(tmp_path, y_train=stream.getvalue())
    assert "Python objects" in refusal(tmp_path, class_names=stream.getvalue())


def header(shape: str, descr: str = "|u1", version: int = 1, order: str = "False") -> bytes:
    text = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(2 if version == 1 else 4, "little") + text


@pytest.mark.parametrize(
    "entry",
    [
        header("(999999999999, 28, 28)"),
        header("(6, 5, 5)") + bytes(149),
        header("(6, 5, 5)") + bytes(151),
        header("(" + "9" * 5000 + ",)"),
        header("(" + "1, " * 33 + ")") + bytes(1),
        header("(-6, 5, 5)"),
        header("(6, 5, 5)", "|u3") + bytes(450),
        header("(6, 5, 5)", "<U999999999"),
        header("(6, 5, 5)", "[('a', 'u1')]") + bytes(150),
        header("__import__('os').abort()"),
        header("(6, 5, 5)", version=9) + bytes(150),
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100),
        b"\x93NUMPY\x01\x00",
        b"\x93NUMPY",
        b"",
        b"not an array",
    ],
)
def test_that_a_header_that_lies_is_refused_before_anything_is_allocated(tmp_path: Path, entry: bytes) -> None:
    path = archives.write(tmp_path / "some.npz", {**archives.arrays(), "x_train": entry})
    tracemalloc.start()
    try:
        with pytest.raises(BadInputError) as caught:
            read_npz(path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert "x_train" in sentence(caught.value)


def test_that_headers_of_all_versions_of_the_format_are_read(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        entry = header("(6, 5, 5)", version=version) + bytes(range(150))
        assert read(tmp_path, x_train=entry).train.images[0, 0, 0].tolist() == [0, 1, 2, 3, 4]


def test_that_a_zip_bomb_is_refused_by_its_directory_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archives.write(tmp_path / "some.npz", {**archives.arrays(), "more": np.zeros(10_000_000, np.uint8)})
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(archive, "UNPACKED_LIMIT", 9_000_000)
    with pytest.raises(BadInputError, match="limit") as caught:
        read_npz(path)
    assert "some.npz" in str(caught.value)


def test_that_an_entry_whose_size_is_understated_is_refused(tmp_path: Path) -> None:
    """The directory says fewer bytes than the stream unpacks to."""
    path = archives.write(tmp_path / "some.npz", archives.arrays())
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        real = file.getinfo("x_train.npy").file_size
    place = content.index(real.to_bytes(4, "little"), content.index(b"PK\x01\x02"))
    content[place : place + 4] = (real - 1).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(BadInputError):
        read_npz(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_that_compression_that_numpy_does_not_write_is_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "some.npz"
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in archives.unpacked(archives.write(path, archives.arrays()).read_bytes()).items():
            file.writestr(name, content)
    with pytest.raises(BadInputError) as caught:
        read_npz(path)
    said = sentence(caught.value)
    assert {zipfile.ZIP_BZIP2: "compressed by bzip2", zipfile.ZIP_LZMA: "compressed by LZMA"}[method] in said
    assert "damaged" not in said and "np.savez_compressed" in said


def only_a_sentence(path: Path, content: bytes) -> None:
    """Read *content*; it may be good, and otherwise only BadInputError is allowed."""
    path.write_bytes(content)
    try:
        read_npz(path)
    except BadInputError as error:
        sentence(error)


@same_folder
@given(place=st.integers(0, len(VALID) - 1), bit=st.integers(0, 7))
def test_that_a_flipped_bit_of_the_file_ends_in_a_sentence(tmp_path: Path, place: int, bit: int) -> None:
    only_a_sentence(tmp_path / "some.npz", archives.flipped(VALID, place, bit))


@same_folder
@given(length=st.integers(0, len(VALID) - 1))
def test_that_a_file_that_was_cut_off_ends_in_a_sentence(tmp_path: Path, length: int) -> None:
    (tmp_path / "some.npz").write_bytes(VALID[:length])
    with pytest.raises(BadInputError) as caught:
        read_npz(tmp_path / "some.npz")
    sentence(caught.value)


@same_folder
@given(
    entry=st.sampled_from(sorted(archives.unpacked(VALID))),
    flips=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 7)), min_size=1, max_size=4),
)
def test_that_flipped_bits_under_a_right_checksum_end_in_a_sentence(
    tmp_path: Path, entry: str, flips: list[tuple[int, int]]
) -> None:
    entries = archives.unpacked(VALID)
    for place, bit in flips:
        entries[entry] = archives.flipped(entries[entry], place, bit)
    only_a_sentence(tmp_path / "some.npz", archives.packed(entries))


@same_folder
@given(values=hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(max_dims=5, max_side=4)))
def test_that_any_array_in_the_place_of_any_other_ends_in_a_sentence(tmp_path: Path, values: Any) -> None:
    for name in ("x_train", "y_train", "x_test", "y_test", "class_names"):
        content = {**archives.arrays(), name: values}
        only_a_sentence(tmp_path / "some.npz", archives.packed({f"{k}.npy": v for k, v in content.items()}))


@same_folder
@given(content=st.binary(max_size=200))
def test_that_any_bytes_at_all_end_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    only_a_sentence(tmp_path / "some.npz", b"PK\x05\x06" + content)
