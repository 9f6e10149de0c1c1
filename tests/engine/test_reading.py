"""Small files that mean harm: refused in two seconds and with half a gigabyte at most; pipes are never opened."""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.architecture import MOST_LAYERS, Architecture, new_layer
from engine.data import catalogue
from engine.data.image import read_photo
from engine.errors import BadInputError
from engine.files import checkpoint, npy, reading
from engine.files.project import Project, open_project, save
from engine.history import History
from engine.settings import TrainingSettings
from tests.helpers import archives, tiny

SECONDS, MEGABYTES = 2, 512

READERS: dict[str, Callable[[Path], object]] = {
    "project": open_project,
    "run": checkpoint.load,
    "picture": lambda path: read_photo(path, (1, 8, 8)),
    "data": lambda path: catalogue.load(str(path)),
    "npy": npy.header_of,
}

MEASURE = """
import resource, sys, time
from pathlib import Path
from engine.data import catalogue
from engine.data.image import read_photo
from engine.errors import BadInputError
from engine.files.project import open_project
read = {
    "project": open_project, "picture": lambda path: read_photo(path, (1, 8, 8)),
    "data": lambda path: catalogue.load(str(path)),
}
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
try:
    read[sys.argv[1]](Path(sys.argv[2]))
    print("opened")
except BadInputError as error:
    print(error)
print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def measured(kind: str, path: Path) -> str:
    """Read *path* in a process of its own, prove that it stays within the limits, and return what it said."""
    pytest.importorskip("resource")  # there is none on Windows
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, kind, str(path)], capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    said, figures = done.stdout.rstrip().rsplit("\n", 1)
    seconds, megabytes = map(float, figures.split())
    assert seconds < SECONDS, f"{path.name} took {seconds:.1f} s"
    if sys.platform == "linux":  # in kilobytes there
        assert megabytes < MEGABYTES, f"{path.name} took {megabytes:.0f} MB"
    return said


def project(path: Path) -> dict[str, bytes]:
    """Write a small project with a history and return its entries."""
    history = History()
    history.add_step(1.0, 0.5)
    save(path, Project(tiny.architecture(), TrainingSettings(), (1, 8, 8), ("0", "1"), "bundled", {}, history))
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def zeros(rows: int, dtype: str = "<f8") -> bytes:
    """Return a .npy of zeros."""
    return npy.to_bytes(np.zeros(rows, dtype))


def many_epochs(path: Path) -> str:
    entries = project(path)
    names = [name for name in entries if name.startswith(("history/epoch_", "history/layer_"))]
    long = {name: zeros(2_000_000, "<U12" if "uid" in name or "label" in name else "<f8") for name in names}
    path.write_bytes(archives.packed(entries | long))
    return "project"


def many_steps(path: Path) -> str:
    entries = project(path)
    path.write_bytes(archives.packed(entries | {name: zeros(7_000_000, "<f4") for name in entries if "loss" in name}))
    return "project"


def long_words(path: Path) -> str:
    entries = project(path)
    path.write_bytes(archives.packed(entries | {"history/layer_uid.npy": zeros(10, "<U500000")}))
    return "project"


def many_layers(path: Path) -> str:
    entries = project(path)
    values = json.loads(entries["project.json"])
    values["architecture"] = [{"uid": f"a{k}", "type": "relu"} for k in range(20_000)]
    path.write_bytes(archives.packed(entries | {"project.json": json.dumps(values).encode()}))
    return "project"


def nested_json(path: Path) -> str:
    path.write_bytes(archives.packed(project(path) | {"project.json": b"[" * 900_000}))
    return "project"


def wide_json(path: Path) -> str:
    path.write_bytes(archives.packed(project(path) | {"project.json": b"[" + b"[]," * 4_000_000 + b"1]"}))
    return "project"


def many_entries(path: Path) -> str:
    with zipfile.ZipFile(path, "w") as file:
        info = zipfile.ZipInfo("a")
        file.writestr(info, b"")
    content = path.read_bytes()
    end = content.rfind(b"PK\5\6")
    record = content[content.rfind(b"PK\1\2") : end]
    directory = record * 200_000
    sizes = struct.pack("<HHII", 0xFFFF, 0xFFFF, len(directory), end - len(record))
    path.write_bytes(content[: end - len(record)] + directory + content[end : end + 8] + sizes + b"\0\0")
    return "project"


def picture(path: Path, mode: str, depth: int, colour: int, side: int = 7000) -> str:
    """Write a PNG of zeros with so many pixels, without having them in memory."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, line = zlib.compressobj(9), b"\0" * (1 + side * depth // 8 * (3 if colour == 2 else 1))
    rows = b"".join([*(packer.compress(line) for _ in range(side)), packer.flush()])
    head = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return "picture"


def sparse_zip(path: Path, end: Callable[[int, int], bytes]) -> str:
    """Write a zip whose list of entries is 2 GB of nothing, which take no room on most disks."""
    size = 2_000_000_000
    with path.open("wb") as file:
        file.write(b"PK\3\4")
        file.seek(100 + size)
        file.write(end(size, 100))
    return "data"


def long_list_told_later(path: Path) -> str:
    """The usual record of the end says 46 bytes, and the later one, of large archives, is believed instead."""

    def end(size: int, start: int) -> bytes:
        large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, start)
        place = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
        return large + place + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 46, start, 0)

    return sparse_zip(path, end)


def long_list_behind_a_false_mark(path: Path) -> str:
    """The last mark of an end lies within the true record, where it would be read four bytes further on."""
    return sparse_zip(path, lambda size, start: b"PK\5\6" * 2 + struct.pack("<2H2LH", 1, 1, size, start, 0))


def deep_picture(path: Path) -> str:
    return picture(path, "I;16", 16, 0)


def float_picture(path: Path) -> str:
    Image.new("F", (4000, 4000)).save(path, "TIFF", compression="tiff_adobe_deflate")
    return "picture"


def data_bomb(path: Path) -> str:
    content = archives.arrays()
    archives.write(path, content | {"x_train": bytes(1)})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, values in content.items():
            if name != "x_train":
                file.writestr(f"{name}.npy", npy.to_bytes(np.asarray(values)))
        with file.open("x_train.npy", "w") as stream:
            np.lib.format.write_array_header_1_0(
                stream, {"descr": "|u1", "fortran_order": False, "shape": (6, 8000, 8000)}
            )
            for _ in range(6 * 64):
                stream.write(bytes(1_000_000))
    return "data"


@pytest.mark.parametrize(
    "make",
    [
        many_epochs, many_steps, long_words, many_layers, nested_json, wide_json, many_entries, deep_picture,
        float_picture, data_bomb,
    ],
    ids=lambda make: make.__name__,
)  # fmt: skip
def test_that_a_small_file_that_would_become_huge_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], str]
) -> None:
    path = tmp_path / "small"
    kind = make(path)
    assert path.stat().st_size < 12_000_000
    said = measured(kind, path)
    assert said.startswith("small") and said != "opened" and len(said) < 400


@pytest.mark.skipif(sys.platform == "win32", reason="a hole in a file takes its room on the disk there")
@pytest.mark.parametrize("make", [long_list_told_later, long_list_behind_a_false_mark], ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["a.npz", "a.zip", "a.cnn"])
def test_that_a_list_of_entries_is_never_read_beyond_its_limit(
    tmp_path: Path, make: Callable[[Path], str], name: str
) -> None:
    make(tmp_path / name)
    said = measured("project" if name == "a.cnn" else "data", tmp_path / name)
    assert said == f"{name} holds more files than any data set or project; choose another file."


@pytest.mark.parametrize("name", ["a.npz", "a.zip"])
def test_that_an_entry_without_a_name_is_passed_over_or_told(tmp_path: Path, name: str) -> None:
    path = archives.write(tmp_path / name, archives.arrays())
    whole = catalogue.load(str(path))
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(zipfile.ZipInfo("\0name"), b"")
    assert len(catalogue.load(str(path)).train) == len(whole.train)


@pytest.mark.parametrize("line", [b",", b"12,", b'"1";'], ids=["empty", "numbers", "quoted"])
def test_that_a_packed_table_with_a_line_of_millions_of_columns_is_refused_at_once(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(line * (16_700_000 // len(line)) + b"\n1\n"))
    assert path.stat().st_size < 100_000
    assert "columns, more than an image has pixels" in measured("data", path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("kind", READERS)
def test_that_a_pipe_is_refused_without_being_opened(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    for name in ("pipe", "link"):
        with pytest.raises(BadInputError, match="choose a"):
            READERS[kind](tmp_path / name)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices with names")
@pytest.mark.parametrize("kind", READERS)
def test_that_a_device_is_refused_without_being_opened(kind: str) -> None:
    with pytest.raises(BadInputError, match="choose a"):
        READERS[kind](Path("/dev/null"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("command", [["summary"], ["evaluate"], ["check"], ["predict"], ["train", "--resume"]])
def test_that_the_command_line_refuses_a_pipe_in_a_sentence(tmp_path: Path, command: list[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    line = [sys.executable, "-m", "engine.cli", *command, str(tmp_path / "pipe")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "is a pipe or a device" in done.stderr or "not an ordinary file" in done.stderr


def test_that_a_file_may_have_as_many_layers_as_a_network_that_is_edited(tmp_path: Path) -> None:
    for layers in (MOST_LAYERS, MOST_LAYERS + 1):
        chain = Architecture(tuple(new_layer("relu") for _ in range(layers)))
        save(tmp_path / f"{layers}.cnn", Project(chain, TrainingSettings(), (1, 8, 8), ("0", "1"), "bundled"))
    assert len(open_project(tmp_path / f"{MOST_LAYERS}.cnn").architecture.layers) == MOST_LAYERS
    with pytest.raises(BadInputError, match="513"):
        open_project(tmp_path / f"{MOST_LAYERS + 1}.cnn")


def test_that_whoever_follows_hears_of_every_byte_and_can_end_the_reading(tmp_path: Path) -> None:
    path = archives.write(tmp_path / "a.npz", archives.arrays())
    counts: list[int] = []
    with reading.followed(counts.append):
        catalogue.load(str(path))
    assert sum(counts) >= 6 * 25 + 4 * 25

    def enough(count: int) -> None:
        raise reading.GivenUpError

    with pytest.raises(reading.GivenUpError), reading.followed(enough):
        open_project(path)
    reading.advance(1)  # nobody follows any more


def test_that_numpy_reads_the_same_archives_as_before(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.savez(stream, **archives.arrays())
    (tmp_path / "stored.npz").write_bytes(stream.getvalue())
    assert len(catalogue.load(str(tmp_path / "stored.npz")).train) == 6


def test_that_a_chunk_which_claims_four_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.new("L", (20, 20)).save(picture, "PNG")
    content, at = picture.getvalue(), picture.getvalue().index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])
    tracemalloc.start()
    try:
        with suppress(BadInputError):
            read_photo(tmp_path / "a.png", (1, 20, 20))
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()
