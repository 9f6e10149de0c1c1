"""IDX files in a folder: what is read, and that nothing damaged or hostile ends in anything but a sentence."""

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data.idx import read_idx
from engine.errors import BadInputError
from tests.helpers import archives

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
FILES = archives.idx()
PACKED = archives.idx(suffix=".gz")
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def refusal(folder: Path) -> str:
    """Return the sentence with which reading *folder* fails, one line that ends properly."""
    with pytest.raises(BadInputError) as caught:
        read_idx(folder)
    text = str(caught.value)
    assert text.endswith(".") and "\n" not in text
    return text


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("mark", "-.")
def test_that_the_four_files_are_read_pixel_for_pixel(tmp_path: Path, suffix: str, mark: str) -> None:
    dataset = read_idx(archives.write_folder(tmp_path / "mnist", archives.idx(suffix=suffix, mark=mark)))
    arrays = archives.arrays(12, 10, 10)
    assert (dataset.name, dataset.class_names) == ("mnist", tuple("0123456789"))
    assert dataset.image_shape == (1, 5, 5) and dataset.train.images.dtype == np.uint8
    for part, split in (("train", dataset.train), ("test", dataset.test)):
        np.testing.assert_array_equal(split.images[:, 0], arrays[f"x_{part}"])
        np.testing.assert_array_equal(split.labels, arrays[f"y_{part}"])


def test_that_a_plain_file_goes_before_a_packed_one(tmp_path: Path) -> None:
    other = {f"{LABELS}.gz": archives.idx_bytes([9] * 12)}
    assert read_idx(archives.write_folder(tmp_path / "mnist", FILES | other)).train.labels.tolist()[:3] == [0, 1, 2]


def test_that_rows_and_columns_are_not_exchanged(tmp_path: Path) -> None:
    wide = np.arange(2 * 3 * 7).reshape(2, 3, 7)
    files = FILES | {IMAGES: archives.idx_bytes(wide), LABELS: archives.idx_bytes([0, 1])}
    files |= {"t10k-images-idx3-ubyte": files[IMAGES], "t10k-labels-idx1-ubyte": files[LABELS]}
    dataset = read_idx(archives.write_folder(tmp_path / "mnist", files))
    np.testing.assert_array_equal(dataset.train.images[:, 0], wide)


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("fashion-mnist", "T-shirt/top"), ("Fashion_MNIST", "T-shirt/top"), ("FashionMNIST/raw", "T-shirt/top"),
        ("mnist", "0"), ("MNIST/raw", "0"), ("fashion projects/mnist", "0"),
    ],
)  # fmt: skip
def test_that_the_folder_decides_between_garments_and_digits(tmp_path: Path, place: str, first: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    dataset = read_idx(archives.write_folder(tmp_path / place, FILES))
    assert dataset.class_names[0] == first and len(set(dataset.class_names)) == 10
    assert dataset.name == place.removesuffix("/raw").rpartition("/")[2]


def test_that_labels_beyond_the_ten_digits_are_classes_of_their_own(tmp_path: Path) -> None:
    files = FILES | {LABELS: archives.idx_bytes([0] * 11 + [10])}
    dataset = read_idx(archives.write_folder(tmp_path / "mnist", files))
    assert dataset.class_names == tuple(map(str, range(11))) and dataset.train.labels[-1] == 10
    with pytest.raises(BadInputError, match="class_names has 10 names for labels from 0 to 10"):
        read_idx(archives.write_folder(tmp_path / "fashion", files))


@pytest.mark.parametrize("file", FILES)
def test_that_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = archives.write_folder(tmp_path / "mnist", {name: FILES[name] for name in FILES if name != file})
    assert refusal(folder).startswith(f"mnist lacks {file}, plain or as .gz; put all four")


def test_that_a_folder_that_goes_by_the_name_of_a_file_is_no_file(tmp_path: Path) -> None:
    folder = archives.write_folder(tmp_path / "mnist", {name: FILES[name] for name in FILES if name != LABELS})
    (folder / LABELS).mkdir()
    assert f"mnist lacks {LABELS}" in refusal(folder)


def idx_header(*extents: int, kind: int = 8) -> bytes:
    return bytes((0, 0, kind, len(extents))) + np.array(extents, ">u4").tobytes()


@pytest.mark.parametrize(
    ("file", "content", "part"),
    [
        (IMAGES, b"", "cut off or damaged"),
        (IMAGES, b"\0\0\x08", "cut off or damaged"),
        (IMAGES, idx_header(12, 5, 5)[:15], "cut off or damaged"),
        (IMAGES, idx_header(12, 5, 5) + bytes(299), "cut off or damaged"),
        (IMAGES, idx_header(12, 5, 5) + bytes(301), "cut off or damaged"),
        (IMAGES, FILES[LABELS], "does not begin as an IDX file of bytes with 3 axes"),
        (LABELS, FILES[IMAGES], "does not begin as an IDX file of bytes with 1 axis;"),
        (IMAGES, idx_header(12, 5, 5, kind=13) + bytes(1200), "does not begin"),
        (IMAGES, gzip.compress(FILES[IMAGES]) + b"more", "cut off or damaged"),
        (IMAGES, idx_header(0, 5, 5), "has no images"),
        (IMAGES, idx_header(12, 0, 5), "has no images"),
        (IMAGES, idx_header(12, 513, 5) + bytes(12 * 513 * 5), "more than 512 × 512"),
        (IMAGES, idx_header(4, 5, 5) + bytes(100), "12 labels for 4 images"),
        (IMAGES, idx_header(12, 5, 6) + bytes(360), "1 × 5 × 6 and test images 1 × 5 × 5"),
    ],
)
def test_that_a_file_with_the_wrong_content_is_named_with_what_is_wrong(
    tmp_path: Path, file: str, content: bytes, part: str
) -> None:
    said = refusal(archives.write_folder(tmp_path / "mnist", {**FILES, file: content}))
    assert part in said and (said.startswith(("mnist:", file)) or "labels for" in said)


@pytest.mark.parametrize("file", [IMAGES, LABELS])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("count", [60_000, 2**20, 2**32 - 1])
def test_that_a_header_that_lies_is_refused_before_anything_is_allocated(
    tmp_path: Path, file: str, packed: bool, count: int
) -> None:
    content = idx_header(*((count, 500, 500) if file == IMAGES else (count,))) + bytes(300)
    folder = archives.write_folder(tmp_path / "mnist", {**FILES, file: gzip.compress(content) if packed else content})
    tracemalloc.start()
    try:
        said = refusal(folder)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert said == f"{file} is cut off or damaged; copy or download it again."


def test_that_a_bomb_behind_the_images_is_not_held(tmp_path: Path) -> None:
    bomb = gzip.compress(FILES[IMAGES] + bytes(60 * 2**20), 9)
    folder = archives.write_folder(tmp_path / "mnist", {**FILES, IMAGES: bomb})
    tracemalloc.start()
    try:
        assert "cut off or damaged" in refusal(folder)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@same_folder
@given(file=st.sampled_from(sorted(PACKED)), place=st.integers(0, 400), bit=st.integers(0, 7))
def test_that_a_flipped_bit_of_a_packed_file_ends_in_a_sentence_or_changes_nothing(
    tmp_path: Path, file: str, place: int, bit: int
) -> None:
    """The checksum finds what changes the data; a bit that nobody reads, e.g. of the date, does not."""
    folder = archives.write_folder(tmp_path / "mnist", PACKED)
    right = read_idx(folder)
    (folder / file).write_bytes(archives.flipped((folder / file).read_bytes(), place, bit))
    try:
        dataset = read_idx(folder)
    except BadInputError as error:
        assert str(error).startswith((file, file.replace("images-idx3", "labels-idx1")))
    else:
        assert dataset.train.images.tobytes() == right.train.images.tobytes()
        assert dataset.test.labels.tolist() == right.test.labels.tolist()


@same_folder
@given(file=st.sampled_from(sorted(FILES)), place=st.integers(0, 400), bit=st.integers(0, 7), length=st.integers(0, 99))
def test_that_a_flipped_bit_or_a_cut_ends_in_data_or_in_a_sentence(
    tmp_path: Path, file: str, place: int, bit: int, length: int
) -> None:
    for content in (archives.flipped(FILES[file], place, bit), FILES[file][: length % len(FILES[file])]):
        folder = archives.write_folder(tmp_path / "mnist", {**FILES, file: content})
        try:
            read_idx(folder)
        except BadInputError as error:
            assert str(error).startswith((file, "mnist:", file.replace("images-idx3", "labels-idx1")))


@same_folder
@given(content=st.binary(max_size=100))
def test_that_any_bytes_at_all_end_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    for start in (b"", b"\0\0\x08\x03", b"\x1f\x8b\x08"):
        refusal(archives.write_folder(tmp_path / "mnist", {**FILES, IMAGES: start + content}))
