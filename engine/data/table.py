"""Read tables of text, CSV, with an image a line: its pixels row by row, and its label in a column of its own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.assembly import TEST, TRAIN, Part, assembled
from engine.data.convert import CHANNELS, MAX_SIDE, NAME_LENGTH, picture_of
from engine.data.dataset import Dataset
from engine.data.published import emnist_set, named
from engine.data.stream import open_stream
from engine.errors import BadInputError
from engine.files.archive import UNPACKED_LIMIT
from engine.layer import Array, Shape

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_LABEL = ("label", "labels", "class", "target", "y", "digit", "category", "letter")  # what its column is called
_IGNORED = ("", "id", "index", "imageid", "image_id", "unnamed: 0", "usage", "split")
_SEPARATORS = ",;\t"
_LONGEST = 2**24  # bytes of a line
_MOST_PIXELS = 3 * MAX_SIDE**2  # of an image, all channels
_MOST_IMAGES = 1_000_000
_AT_ONCE = 10_000  # lines
_BLANK = 2**16  # bytes of empty lines that no table has in one place
_SMALL = 2**26  # bytes: a table that is no larger is read however well it was packed
_PACKED = 300  # times its size: no table of images becomes larger when it is unpacked
_COMPARED = 200  # images that tell whether colours lie side by side


def is_table(name: str) -> bool:
    """Return whether a file of that *name* is a table of text."""
    return name.lower().endswith(SUFFIXES)


def read_table(path: Path) -> Dataset:
    """Return the data set in the table at *path*, with that of the other file where the name says train or test.

    A first line may name the columns. The label is in the column called label, or class, target and so on; without
    names it is the first one, or the last where the first is the same in every line. All others are pixels, row by
    row, of a square image of one channel or three.

    Raises:
        BadInputError: no such table, or one that is damaged or too large; one sentence says what to do.
        OSError: it cannot be read.
    """
    paths = {TRAIN: _other(path, "test", "train"), TEST: _other(path, "train", "test")}
    if paths[TRAIN] == paths[TEST]:
        paths = {TRAIN: path}
    tables = {part: _read(file) for part, file in paths.items() if file.is_file()}
    train = _training(tables, paths)
    test = tables.get(TEST)
    remarks = [f"{test.name} has no labels and was left out."] if test is not None and test.labels is None else []
    shape, beside = _picture(train)
    if beside:
        remarks.append("The three colours of a pixel lie side by side in the table.")
    parts = {
        part: Part(table.images(shape, beside), table.labels, table.name, f"the labels of {table.name}")
        for part, table in tables.items()
        if table.labels is not None
    }
    emnist, clothes = emnist_set(path.name), "fashion" in path.name.lower()
    if (emnist or clothes) and shape[0] == 1 and all(part.labels.dtype.kind == "f" for part in parts.values()):
        return named(path.name, parts, emnist, clothes, remarks)
    return assembled(path.name, parts, None, remarks)


@dataclass(frozen=True, slots=True)
class _Table:
    """The *pixels* (N, D) of a file and its *labels* (N,), None where it has none."""

    name: str
    pixels: Array
    labels: Array | None

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    def images(self, shape: Shape, beside: bool) -> Array:
        """Return (N, C, H, W); *beside* says that the channels of a pixel are side by side."""
        channels, height, width = shape
        if self.width != channels * height * width:
            raise BadInputError(
                f"{self.name} has {self.width:,} columns of pixels, and the training images have"
                f" {channels * height * width:,}; put files of one data set together."
            )
        if beside:
            return self.pixels.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        return self.pixels.reshape(-1, *shape)


def _other(path: Path, old: str, new: str) -> Path:
    """Return *path* with the word *new* for *old* in the file's name, in the same letters.

    Where there is no such file and the folder has the word in its name too, it is in the other folder.
    """

    def put(match: "re.Match[str]") -> str:
        return new.upper() if match[0].isupper() else new.capitalize() if match[0][0].isupper() else new

    def other(name: str) -> str:
        return re.sub(old, put, name, flags=re.IGNORECASE)

    beside = path.with_name(other(path.name))
    if beside.is_file() or other(path.parent.name) == path.parent.name:
        return beside
    return path.parent.with_name(other(path.parent.name)) / beside.name


def _picture(table: _Table) -> tuple[Shape, bool]:
    """Return (C, H, W) of the images of *table*, and whether the channels of a pixel are side by side.

    They are where neighbours in the image are then more alike.
    """
    shape = picture_of(table.width)
    if shape is None:
        raise BadInputError(
            f"{table.name} has {table.width:,} columns of pixels, which do not make a square image of {CHANNELS[0]} or"
            f" {CHANNELS[1]} channels; leave other columns out."
        )
    if shape[0] == 1:
        return shape, False
    some = _Table(table.name, table.pixels[:_COMPARED].astype(np.float32), None)
    jumps = [float(np.abs(np.diff(some.images(shape, beside), axis=3)).mean()) for beside in (False, True)]
    return shape, jumps[1] < jumps[0]


def _training(tables: Mapping[str, _Table], paths: Mapping[str, Path]) -> _Table:
    """Return the table of training images; raises BadInputError where there is none, or none with labels."""
    table = tables.get(TRAIN) or tables[TEST]
    if table.labels is None:
        raise BadInputError(
            f"{table.name} has no labels: all of its {table.width:,} columns are pixels; choose the table of training"
            " images, which has a column of labels."
        )
    if TRAIN not in tables:
        raise BadInputError(
            f"{table.name} has the test images, and {paths[TRAIN].name} is missing; put both into one folder."
        )
    return table


@dataclass(frozen=True, slots=True)
class _Columns:
    """How the lines of a table are to be read: *fields* has a name, a type and a number of columns each."""

    separator: str
    fields: Sequence[tuple[str, str, int]]
    header: bool

    def of(self, kind: str) -> list[str]:
        """Return the names of the fields of that *kind*: label or pixels."""
        return [name for name, _, _ in self.fields if name.startswith(kind)]

    @property
    def dtype(self) -> "np.dtype[np.void]":
        return np.dtype([(name, kind, (count,)) for name, kind, count in self.fields])


def _read(path: Path) -> _Table:
    """Return what the table at *path* holds."""
    found = _Gathered(path.name)
    with open_stream(path, min(UNPACKED_LIMIT, max(_SMALL, _PACKED * path.stat().st_size))) as stream:
        for block in stream.blocks(b"\n", _LONGEST):
            found.add(block)
    return found.table()


class _Gathered:
    """The pixels and labels of a table, as far as it has been read, and how its lines are to be read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._columns: _Columns | None = None
        self._pixels: list[Array] = []
        self._labels: list[Array] = []
        self._line = self._images = self._size = 0

    def add(self, block: bytes) -> None:
        """Take in the next lines."""
        text = block.decode("utf-8" if self._line else "utf-8-sig", "replace").replace("\r", "")
        lines, before = text.removesuffix("\n").split("\n"), self._line
        self._line += len(lines)
        kept = [(number, line) for number, line in enumerate(lines, before + 1) if line and not line.isspace()]
        if not kept and len(block) > _BLANK:
            raise BadInputError(f"{self._name} has empty lines alone at line {self._line:,}; choose another file.")
        if kept and self._columns is None:
            self._columns = _columns([line for _, line in kept], self._name)
            kept = kept[1:] if self._columns.header else kept
        if self._columns is not None:
            for start in range(0, len(kept), _AT_ONCE):
                self._take(_rows(kept[start : start + _AT_ONCE], self._columns, self._name), self._columns)

    def _take(self, rows: Array, columns: _Columns) -> None:
        """Take in *rows*, the values of some lines."""
        pixels = _small(np.concatenate([rows[name] for name in columns.of("pixels")], axis=1))
        self._pixels.append(pixels)
        self._labels += [_labels(rows[name][:, 0]) for name in columns.of("label")]
        self._images += len(rows)
        self._size += pixels.nbytes + sum(each.nbytes for each in self._labels[-1:])
        if self._images > _MOST_IMAGES or self._size > UNPACKED_LIMIT:
            raise BadInputError(
                f"{self._name} holds more than {_MOST_IMAGES:,} images, or more pixels than can be read; keep fewer"
                " images."
            )

    def table(self) -> _Table:
        """Return all that was taken in."""
        if not self._pixels:
            raise BadInputError(f"{self._name} has no images; put at least one in.")
        return _Table(self._name, np.concatenate(self._pixels), _joined(self._labels) if self._labels else None)


def _columns(lines: Sequence[str], where: str) -> _Columns:
    """Return how to read a table that begins with *lines*."""
    separator = max(_SEPARATORS, key=lines[0].count)
    if (count := lines[0].count(separator) + 1) > _MOST_PIXELS + 2:
        raise BadInputError(f"{where} has {count:,} columns, more than an image has pixels; choose another file.")
    first = [field.strip().strip('"') for field in lines[0].split(separator)]
    words = [k for k, field in enumerate(first) if not _is_number(field)]
    header = len(words) > 1 or any(0 < k < len(first) - 1 for k in words) or _counts_up(first)
    names = [field.lower() for field in first] if header else []
    ignored = {k for k, name in enumerate(names) if name in _IGNORED}
    label = next((k for k, name in enumerate(names) if name in _LABEL), None)
    if label is None and picture_of(len(first) - len(ignored)) is None:
        rest = [k for k in range(len(first)) if k not in ignored]
        if len(rest) < 2 or picture_of(len(rest) - 1) is None:
            raise BadInputError(
                f"{where} has {len(first):,} columns, which do not make a square image with or without a label;"
                " choose a table with one image a line, e.g. a label and 784 pixels."
            )
        label = words[0] if words and not header else _first_or_last(lines[header:], separator, rest)
    return _Columns(separator, _fields(len(first), label, ignored), header)


def _fields(count: int, label: int | None, ignored: set[int]) -> list[tuple[str, str, int]]:
    """Return the fields of *count* columns; those of pixels that lie together are one."""
    fields: list[tuple[str, str, int]] = []
    for k in range(count):
        kind = "label" if k == label else "other" if k in ignored else "pixels"
        if kind == "pixels" and fields and fields[-1][0].startswith("pixels"):
            fields[-1] = (*fields[-1][:2], fields[-1][2] + 1)
        else:
            name = kind if kind == "label" else f"{kind}{k}"
            fields.append((name, "f4" if kind == "pixels" else f"U{NAME_LENGTH + 1}", 1))
    return fields


def _first_or_last(lines: Sequence[str], separator: str, rest: Sequence[int]) -> int:
    """Return the column of the label in a table that does not name it."""
    firsts, lasts = (
        {fields[k].strip() for fields in (line.split(separator) for line in lines if line.strip()) if k < len(fields)}
        for k in (rest[0], rest[-1])
    )
    return rest[-1] if len(firsts) < 2 <= len(lasts) else rest[0]


def _rows(lines: Sequence[tuple[int, str]], columns: _Columns, where: str) -> Array:
    """Return the values in *lines*, each with its number."""
    texts = [line for _, line in lines]
    try:
        return np.loadtxt(texts, columns.dtype, comments=None, delimiter=columns.separator, quotechar='"', ndmin=1)
    except ValueError as error:
        raise BadInputError(_wrong_line(lines, columns, where)) from error


def _wrong_line(lines: Sequence[tuple[int, str]], columns: _Columns, where: str) -> str:
    """Return which of *lines* cannot be read, and why."""
    kinds = [name for name, _, count in columns.fields for _ in range(count)]
    for number, line in lines:
        fields = [field.strip().strip('"') for field in line.split(columns.separator)]
        if len(fields) != len(kinds):
            return (
                f"{where}, line {number:,}, has {len(fields):,} columns, and the first line {len(kinds):,}; complete it"
                " or remove it."
            )
        for k, (kind, field) in enumerate(zip(kinds, fields, strict=True)):
            if kind.startswith("pixels") and not _is_number(field):
                return (
                    f"{where}, line {number:,}, column {k + 1:,}, has {field[:20]!r} for a pixel; write a number there."
                )
    return f"{where} cannot be read from line {lines[0][0]:,} on; save the table again."


def _small(values: Array) -> Array:
    """Return *values* as bytes where they are whole numbers from 0 to 255, which almost all are."""
    with np.errstate(invalid="ignore"):
        small = values.astype(np.uint8)
    return small if (small == values).all() else values


def _labels(words: Array) -> Array:
    """Return labels as numbers where all of them are, else as texts that take no more room than they need."""
    words = np.char.strip(words)
    try:
        return words.astype(np.float64)
    except ValueError:
        return words.astype(f"U{max(1, int(np.char.str_len(words).max()))}")


def _joined(labels: Sequence[Array]) -> Array:
    """Return the *labels* of all blocks: as texts where those of any are."""
    if all(each.dtype.kind == "f" for each in labels):
        return np.concatenate(labels)
    return np.concatenate([_as_texts(each) for each in labels])


def _as_texts(labels: Array) -> Array:
    return labels if labels.dtype.kind == "U" else np.array([f"{label:g}" for label in labels.tolist()])


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _counts_up(fields: Sequence[str]) -> bool:
    """Return whether *fields* are a word and the numbers of the columns, as a table without names is saved."""
    rest = [field for field in fields if field.isdecimal()]
    start = int(rest[0]) if rest else 0
    return len(rest) > 3 and len(rest) >= len(fields) - 1 and rest == [str(k) for k in range(start, start + len(rest))]
