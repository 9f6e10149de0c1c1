"""Whatever a file holds, it is opened or refused in a sentence, within limits: no other error, no long wait."""

import gzip
import io
import json
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data import catalogue
from engine.data.image import read_drawing, read_photo
from engine.errors import BadInputError
from engine.files import checkpoint
from engine.files.project import Project, open_project, save
from tests.helpers import archives, runs

SECONDS, MEGABYTES = 2, 512
EXAMPLES = 60

HOSTILE = (
    None, True, -1, 0, 1, 2**31, 2**63, 10**400, 1e308, -0.5, float("nan"), float("inf"), "", "\0", "\ud800",
    "x" * 10_000, "<img src='file:///dev/zero'>", "../../../../etc/passwd", "/dev/zero", "./.", "bundled", "CON", [],
    {}, [[]], [None], [1, 2, 3], [10**9] * 3, {"a": {}}, [0] * 2000, ["a"] * 1001,
)  # fmt: skip


@cache
def valid(kind: str) -> bytes:
    """Return a whole file of a *kind*."""
    with TemporaryDirectory() as name:
        path = Path(name) / "a"
        if kind in ("cnn", "cnn-run"):
            run = runs.trainer(epochs=1)
            for _ in run.run():
                pass
            weights = {spec.uid: views for spec, views in zip(run.model.architecture.layers,
                       run.model.parameters.layers, strict=True) if views}  # fmt: skip
            project = Project(
                run.model.architecture, run.settings, (1, 8, 8), ("0", "1"), "bundled", weights, run.history
            )
            save(path, project) if kind == "cnn" else checkpoint.save(path, project, run.state())
        elif kind == "npz":
            archives.write(path, archives.arrays())
        elif kind == "png":
            paper = np.full((20, 20), 250, np.uint8)
            paper[4:16, 9:12] = 10  # a stroke
            Image.fromarray(paper).save(path, "PNG")
        else:
            path.write_bytes(b"image,label\n1,2\n")
        return path.read_bytes()


def idx(labels: bool) -> bytes:
    """Return an IDX file of 6 images of 5 x 5 pixels, or of their labels."""
    values = np.arange(6, dtype=np.uint8) % 2 if labels else np.arange(150, dtype=np.uint8).reshape(6, 5, 5)
    return bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


READERS: dict[str, Callable[[Path], object]] = {
    "cnn": open_project,
    "cnn-run": checkpoint.load,
    "npz": lambda path: catalogue.load(str(path)),
    "png": lambda path: (read_photo(path, (1, 8, 8)), read_drawing(path, (1, 8, 8))),
}


def survive(kind: str, content: bytes) -> None:
    """Read *content* and assert that it is opened, or refused in one short sentence, within the limits."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{kind}"
        path.write_bytes(content)
        within_limits(lambda: READERS[kind](path))


def within_limits(read: Callable[[], object]) -> None:
    """Call *read* and assert that it ends soon and takes little memory, with a result or a BadInputError."""
    tracemalloc.start()
    start = time.process_time()
    try:
        read()
    except BadInputError as error:
        assert 10 < len(str(error)) < 2000 and "\n" not in str(error), error
    finally:
        seconds, (_, most) = time.process_time() - start, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert seconds < 2 * SECONDS, "half of it is the tracing"
    assert most < MEGABYTES * 2**20


@st.composite
def mutated(draw: st.DrawFn, kind: str) -> bytes:
    """Draw a file with some bytes changed, taken out, put in, or cut off."""
    content = bytearray(valid(kind))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(content) - 1))
        how = draw(st.sampled_from(("change", "flip", "long", "remove", "insert", "cut")))
        if how == "change":
            content[place] = draw(st.integers(0, 255))
        elif how == "flip":
            content[place] ^= 1 << draw(st.integers(0, 7))
        elif how == "long":
            content[place : place + 4] = draw(st.sampled_from((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff")))
        elif how == "remove":
            del content[place : place + draw(st.integers(1, 50))]
        elif how == "insert":
            content[place:place] = draw(st.binary(max_size=40))
        elif len(content) > 40:
            del content[place:]
        if not content:
            return b"\0"
    return bytes(content)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_that_a_file_with_changed_bytes_is_opened_or_refused(kind: str, data: st.DataObject) -> None:
    survive(kind, data.draw(mutated(kind)))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value in *value*."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from places(each, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """Return *value* with *new* at *path*."""
    if not path:
        return new
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[path[0]] = put(copied[path[0]], path[1:], new)
    return copied


def repacked(content: bytes, entry: str, new: bytes) -> bytes:
    """Return the zip *content* with another *entry*."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    return archives.packed(entries | {entry: new})


@pytest.mark.parametrize(
    ("kind", "entry"), [("cnn", "project.json"), ("cnn-run", "project.json"), ("cnn-run", "run.json")]
)
@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_that_any_field_may_hold_anything(kind: str, entry: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(valid(kind))) as file:
        values = json.loads(file.read(entry))
    for _ in range(data.draw(st.integers(1, 3))):
        values = put(values, data.draw(st.sampled_from([*places(values)])), data.draw(st.sampled_from(HOSTILE)))
    survive(kind, repacked(valid(kind), entry, json.dumps(values).encode()))


SHAPES = ((0,), (1,), (3,), (5,), (2, 2), (1, 1, 1, 1), ())
TYPES = ("<f4", "<f8", ">f4", "<i8", "|u1", "<U1", "<U30", "|S4", "<c8", "|b1", "<M8[s]", "<f2")


@pytest.mark.parametrize("kind", ["cnn", "cnn-run", "npz"])
@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_that_any_array_may_be_another(kind: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(valid(kind))) as file:
        entry = data.draw(st.sampled_from([name for name in file.namelist() if name.endswith(".npy")]))
        size = np.load(io.BytesIO(file.read(entry))).shape
    shape = data.draw(st.sampled_from((*SHAPES, size, size)))
    values = np.zeros(shape, data.draw(st.sampled_from(TYPES)))
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):  # in half precision
            values[...] = data.draw(st.sampled_from((0, np.nan, np.inf, -1, 1e30, 6e4)))
    stream = io.BytesIO()
    np.save(stream, values)
    survive(kind, repacked(valid(kind), entry, stream.getvalue()))


@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_that_idx_files_with_changed_bytes_are_opened_or_refused(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        for part in ("train", "t10k"):
            for name, labels in (("images-idx3", False), ("labels-idx1", True)):
                content = bytearray(idx(labels))
                for _ in range(data.draw(st.integers(0, 2))):
                    place = data.draw(st.integers(0, min(30, len(content) - 1)))
                    content[place] = data.draw(st.sampled_from((0, 1, 8, 127, 255)))
                packed = data.draw(st.booleans())
                path = Path(folder) / f"{part}-{name}-ubyte{'.gz' if packed else ''}"
                path.write_bytes(gzip.compress(content) if packed else content)
        within_limits(lambda: catalogue.load(folder))


@settings(max_examples=2 * EXAMPLES, suppress_health_check=list(HealthCheck))
@given(text=st.text(alphabet="0123456789,;\t.\"'\n-eE\0 labpixé", max_size=400))
def test_that_any_table_is_opened_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.csv").write_text(text, encoding="utf-8")
        within_limits(lambda: catalogue.load(str(Path(folder) / "a.csv")))


def test_that_the_files_that_are_changed_are_whole() -> None:
    for kind, read in READERS.items():
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"a.{kind}"
            path.write_bytes(valid(kind))
            assert read(path) is not None
