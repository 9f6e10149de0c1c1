"""CIFAR-10 as it is published: what is read, and that nothing damaged or hostile ends in anything but a sentence."""

import gzip
import io
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.data import cifar, stream
from engine.data.cifar import read_cifar
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from tests.helpers import archives

same_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
FILES = archives.cifar()
TAR = archives.tar(FILES)
PACKED = gzip.compress(archives.tar(archives.cifar(train=1, test=1)), 1, mtime=0)


def read(folder: Path, content: bytes, name: str = "cifar.tar.gz") -> Dataset:
    (folder / name).write_bytes(content)
    return read_cifar(folder / name)


def refusal(folder: Path, content: bytes, name: str = "cifar.tar.gz") -> str:
    with pytest.raises(BadInputError) as caught:
        read(folder, content, name)
    return sentence(caught.value, name)


def sentence(error: BadInputError, name: str) -> str:
    """Return the error's text, having checked that it is one line that names the file and ends properly."""
    text = str(error)
    assert text.startswith(name) and text.endswith(".") and "\n" not in text
    return text


def check_values(dataset: Dataset) -> None:
    """Compare with the records as the page of the data set describes them, pixel by pixel."""
    assert dataset.class_names == archives.CIFAR_NAMES
    assert dataset.image_shape == (3, 32, 32)
    for split, files in ((dataset.train, cifar.TRAIN), (dataset.test, (cifar.TEST,))):
        content = b"".join(FILES[file] for file in files)
        assert split.images.dtype == np.uint8 and len(split) == len(split.images) == len(content) // 3073 == 10
        for n in range(len(split)):
            record = content[n * 3073 : (n + 1) * 3073]
            assert split.labels[n] == record[0]
            for c, i, j in ((0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (2, 31, 31), (1, 7, 20)):
                assert split.images[n, c, i, j] == record[1 + c * 1024 + i * 32 + j]
            assert split.images[n].tobytes() == record[1:]


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("folder", ["cifar-10-batches-bin/", "", "./data/cifar-10-batches-bin/"])
def test_that_the_archive_is_read_record_by_record(tmp_path: Path, kind: int, folder: str) -> None:
    dataset = read(tmp_path, gzip.compress(archives.tar(FILES, kind, folder), 1))
    assert dataset.name == "cifar.tar.gz"
    check_values(dataset)


def test_that_the_order_of_the_files_in_the_archive_does_not_matter(tmp_path: Path) -> None:
    check_values(read(tmp_path, gzip.compress(archives.tar(dict(reversed(FILES.items()))), 1)))


def test_that_an_archive_that_was_unpacked_to_a_tar_is_read(tmp_path: Path) -> None:
    check_values(read(tmp_path, TAR, "cifar.tar"))


def test_that_the_extracted_folder_is_read(tmp_path: Path) -> None:
    dataset = read_cifar(archives.write_folder(tmp_path / "cifar-10-batches-bin", FILES))
    assert dataset.name == "cifar-10-batches-bin"
    check_values(dataset)


def test_that_nothing_is_written_to_the_disk(tmp_path: Path) -> None:
    read(tmp_path, gzip.compress(TAR, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["cifar.tar.gz"]


def test_that_what_else_an_archive_holds_is_passed_over_and_never_opened(tmp_path: Path) -> None:
    """A link, a device and a folder that go by the name of a data file, and a macOS companion file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo("x/test_batch.bin")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        for name, content in {"._test_batch.bin": b"mac", "readme.html": bytes(700), **FILES}.items():
            info = tarfile.TarInfo(f"../../../{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    check_values(read(tmp_path, gzip.compress(out.getvalue(), 1)))


def test_that_names_may_have_other_line_ends_and_empty_lines(tmp_path: Path) -> None:
    names = "\r\n".join(archives.CIFAR_NAMES).encode() + b"\r\n\r\n"
    check_values(read(tmp_path, archives.tar({**FILES, cifar.CLASS_NAMES: names})))


@pytest.mark.parametrize("file", cifar.FILES)
def test_that_a_missing_file_is_named_in_an_archive_and_in_a_folder(tmp_path: Path, file: str) -> None:
    some = {name: content for name, content in FILES.items() if name != file}
    assert f"lacks {file}; choose CIFAR-10's binary version" in refusal(tmp_path, gzip.compress(archives.tar(some), 1))
    folder = archives.write_folder(tmp_path / "bin", some)
    with pytest.raises(BadInputError, match=f"bin lacks {file};"):
        read_cifar(folder)


def test_that_the_python_version_is_refused_unread_with_the_name_of_the_right_one(tmp_path: Path) -> None:
    pickles = dict.fromkeys(("data_batch_1", "test_batch", "batches.meta"), b"cos\nsystem\n(S'false'\ntR.")
    said = refusal(tmp_path, gzip.compress(archives.tar(pickles, folder="cifar-10-batches-py/"), 1))
    assert "data_batch_1.bin" in said and "cifar-10-binary.tar.gz" in said


@pytest.mark.parametrize(
    ("file", "content", "part"),
    [
        ("data_batch_3.bin", b"", "data_batch_3.bin has 0 bytes"),
        ("data_batch_3.bin", bytes(3072), "has 3,072 bytes, which is not a whole number of images of 3,073 bytes"),
        ("test_batch.bin", bytes(3074), "test_batch.bin has 3,074 bytes"),
        ("data_batch_5.bin", b"\x0a" + bytes(3072), "data_batch_5.bin has the label 10"),
        ("test_batch.bin", b"\xff" + bytes(3072), "labels must be whole numbers from 0 to 9"),
        ("batches.meta.txt", b"", "has 0 names for 10 classes"),
        ("batches.meta.txt", b"cat\n" * 11, "has 11 names for 10 classes"),
        ("batches.meta.txt", b"cat\n" * 9 + b"d\x07g\n", "unusable name"),
        ("batches.meta.txt", b"cat\n" * 9 + b"x" * 81, "unusable name"),
        ("batches.meta.txt", b"\xff\xfe" * 500, "has 1 name"),
    ],
)
def test_that_a_file_with_the_wrong_content_is_named_with_what_is_wrong(
    tmp_path: Path, file: str, content: bytes, part: str
) -> None:
    assert part in refusal(tmp_path, archives.tar({**FILES, file: content}))
    with pytest.raises(BadInputError) as caught:
        read_cifar(archives.write_folder(tmp_path / "bin", {**FILES, file: content}))
    assert part in sentence(caught.value, f"bin: {file}")


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b", b"hello", bytes(512), bytes(2048)])
def test_that_a_file_of_another_kind_is_told(tmp_path: Path, content: bytes) -> None:
    said = refusal(tmp_path, content)
    assert "not a .tar archive" in said or "cut off or damaged" in said


def test_that_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    twice = archives.tar({"test_batch.bin": archives.records([1])})[: 512 + 3584] + TAR
    assert "holds test_batch.bin twice" in refusal(tmp_path, twice)


def relabelled(header: bytes, start: int, field: bytes) -> bytes:
    """Return the first header of a .tar with another *field* and the checksum that belongs to it."""
    header = header[:start] + field + header[start + len(field) : 512]
    total = sum(header[:148]) + sum(header[156:]) + 256
    return header[:148] + b"%06o\0 " % total + header[156:]


@pytest.mark.parametrize(
    "size",
    [b"77777777777\0", b"-0000000001\0", b"0o000000100\0", b"\x80" + bytes(10) + b"\x40", b"            ", b"1_000"],
)
def test_that_a_size_that_lies_is_refused_before_anything_is_allocated(tmp_path: Path, size: bytes) -> None:
    content = relabelled(archives.tar({cifar.TEST: bytes(3073)}), 124, size) + TAR
    tracemalloc.start()
    try:
        assert "cut off or damaged" in refusal(tmp_path, content)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_that_a_bomb_is_refused_at_the_limit_and_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "UNPACKED_LIMIT", 12 * 2**20)
    bomb = gzip.compress(archives.tar({"more": bytes(60 * 2**20)}) + TAR, 9)
    assert len(bomb) < 200_000
    tracemalloc.start()
    try:
        assert "holds more than the 12.0 MB" in refusal(tmp_path, bomb)
        assert tracemalloc.get_traced_memory()[1] < 6 * 2**20
    finally:
        tracemalloc.stop()


def test_that_a_bomb_behind_the_end_of_the_archive_is_refused_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cifar, "UNPACKED_LIMIT", 12 * 2**20)
    assert "more than the 12.0 MB" in refusal(tmp_path, gzip.compress(TAR + bytes(60 * 2**20), 9))


def test_that_a_folder_of_files_that_are_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "UNPACKED_LIMIT", 7 * 5000)
    with pytest.raises(BadInputError, match=r"data_batch_1.bin holds more than the 0.0 MB"):
        read_cifar(archives.write_folder(tmp_path / "bin", FILES))


def test_that_reading_holds_about_twice_the_size_of_the_data(tmp_path: Path) -> None:
    files = {name: content * 200 if name.endswith(".bin") else content for name, content in FILES.items()}
    (tmp_path / "cifar.tar.gz").write_bytes(gzip.compress(archives.tar(files), 1))
    size = sum(map(len, files.values()))
    tracemalloc.start()
    try:
        dataset = read_cifar(tmp_path / "cifar.tar.gz")
        assert tracemalloc.get_traced_memory()[1] < 2.3 * size
    finally:
        tracemalloc.stop()
    assert len(dataset.train) == len(dataset.test) == 2000


@pytest.mark.parametrize("length", [0, 1, 100, 511, 512, 513, 3000, len(TAR) // 2])
def test_that_a_tar_that_was_cut_off_is_told(tmp_path: Path, length: int) -> None:
    assert "cut off or damaged" in refusal(tmp_path, TAR[:length])


def test_that_a_tar_that_was_cut_off_between_two_files_is_told(tmp_path: Path) -> None:
    whole = archives.tar(FILES).rstrip(b"\0")
    end = -(-len(whole) // 512) * 512
    assert "cut off or damaged" in refusal(tmp_path, archives.tar(FILES)[:end])


def test_that_a_damaged_name_of_a_file_is_found_by_the_checksum_of_its_header(tmp_path: Path) -> None:
    assert "cut off or damaged" in refusal(tmp_path, archives.flipped(TAR, TAR.index(b"data_batch_2"), 1))


@same_folder
@given(length=st.integers(0, len(PACKED) - 1))
def test_that_an_archive_that_was_cut_off_ends_in_a_sentence(tmp_path: Path, length: int) -> None:
    refusal(tmp_path, PACKED[:length])


@same_folder
@given(place=st.integers(0, len(PACKED) - 1), bit=st.integers(0, 7))
def test_that_a_flipped_bit_of_a_packed_archive_ends_in_a_sentence_or_changes_nothing(
    tmp_path: Path, place: int, bit: int
) -> None:
    """The checksum finds what changes the data; a bit that nobody reads, e.g. of the date, does not."""
    try:
        dataset = read(tmp_path, archives.flipped(PACKED, place, bit))
    except BadInputError as error:
        sentence(error, "cifar.tar.gz")
    else:
        assert dataset.train.images.tobytes() == read(tmp_path, PACKED).train.images.tobytes()


@same_folder
@given(flips=st.lists(st.tuples(st.integers(0, len(TAR) - 1), st.integers(0, 7)), min_size=1, max_size=4))
def test_that_flipped_bits_without_a_checksum_end_in_data_or_in_a_sentence(
    tmp_path: Path, flips: list[tuple[int, int]]
) -> None:
    content = TAR
    for place, bit in flips:
        content = archives.flipped(content, place % 2048 if bit % 2 else place, bit)
    try:
        dataset = read(tmp_path, content, "cifar.tar")
    except BadInputError as error:
        sentence(error, "cifar.tar")
    else:
        assert len(dataset.train) == len(dataset.test) == 10


@same_folder
@given(content=st.binary(max_size=700))
def test_that_any_bytes_at_all_end_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    for start in (b"", stream.GZIP_MAGIC, TAR[:512], PACKED[:20]):
        refusal(tmp_path, start + content)


def test_that_a_file_that_cannot_be_read_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_cifar(tmp_path / "gone.tar.gz")
