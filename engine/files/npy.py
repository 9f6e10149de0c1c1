"""The .npy format of arrays: its header is read with three patterns and never evaluated.

Source: the documentation of ``numpy.lib.format``, "Format Version 1.0", "2.0" and "3.0".
"""

import io
import re
import sys
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np

from engine.errors import BadInputError
from engine.files import reading
from engine.layer import Array, Shape

HEADER_LIMIT = 16 * 1024  # bytes
RECORDS = (
    "is a structured array, whose elements are records with named fields; save one field of it, as a plain array of"
    " numbers."
)
OBJECTS = "holds Python objects, which are never loaded because they can run code; save it as a plain array of numbers."
_MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}  # by format version
_DESCR = re.compile(r"'descr'\s*:\s*'([<>|=]?)([a-zA-Z])([1-9]\d{0,8})?'")
_FIELDS = re.compile(r"'descr'\s*:\s*\[")
_ORDER = re.compile(r"'fortran_order'\s*:\s*(True|False)")
_SHAPE = re.compile(r"'shape'\s*:\s*\(([\d\s,]*)\)")
_MOST_AXES = 32
_CHUNK = 1024 * 1024  # bytes


class FieldsError(ValueError):
    """The array is one of records with named fields, a structured array, not of numbers or texts."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a .npy file says of its array; ``start`` is where the values begin, in bytes."""

    shape: Shape
    dtype: "np.dtype[Any]"
    fortran_order: bool
    start: int

    @property
    def size(self) -> int:
        """Bytes of header and values together."""
        return self.start + prod(self.shape) * self.dtype.itemsize


def read_header(stream: IO[bytes]) -> Header:
    """Return the header at the start of *stream*; raises ValueError or TypeError where there is none.

    Raises:
        FieldsError: it describes an array of records.
    """
    head = stream.read(HEADER_LIMIT)
    length_bytes = _LENGTH_BYTES.get(head[6] if len(head) > 8 else 0)
    if not head.startswith(_MAGIC) or length_bytes is None:
        raise ValueError("it does not start as a .npy file")
    text_start = 8 + length_bytes
    start = text_start + int.from_bytes(head[8:text_start], "little")
    if start > len(head):
        raise ValueError("its header is cut off or too long")
    text = head[text_start:start].decode("latin-1")
    descr, order, shape = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if _FIELDS.search(text):
        raise FieldsError("it holds records")
    if descr is None or order is None or shape is None:
        raise ValueError("its header describes no plain array")
    extents = tuple(int(extent) for extent in shape[1].split(",") if extent.strip())
    if len(extents) > _MOST_AXES:
        raise ValueError("it has too many axes")
    return Header(extents, np.dtype("".join(descr.groups(""))), order[1] == "True", start)


def read_values(stream: IO[bytes], header: Header) -> Array:
    """Return the array whose values *stream* gives next; raises EOFError where it ends too early."""
    values = np.empty(prod(header.shape), header.dtype)
    room = values.view(np.uint8).data
    while room and (data := stream.read(min(len(room), _CHUNK))):
        reading.advance(len(data))
        room[: len(data)] = data
        room = room[len(data) :]
    if room:
        raise EOFError("values are missing")
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def header_of(file: Path) -> Header:
    """Return the header of the .npy *file*, proved to be true of its size; raises BadInputError or OSError."""
    with reading.opened(file) as stream:
        try:
            header = read_header(stream)
        except FieldsError as error:
            raise BadInputError(f"{file.name} {RECORDS}") from error
        except (ValueError, TypeError) as error:
            raise BadInputError(f"{file.name} is cut off or damaged; write, copy or download it again.") from error
        if header.dtype.hasobject:
            raise BadInputError(f"{file.name} {OBJECTS}")
        size = stream.seek(0, io.SEEK_END)
    if header.size != size:
        raise BadInputError(
            f"{file.name} claims {header.size:,} bytes but has {size:,}; write or download the file again."
        )
    return header


def array_of(file: Path) -> Array:
    """Return the array in the .npy *file*; raises BadInputError or OSError."""
    header = header_of(file)
    with reading.opened(file) as stream:
        stream.seek(header.start)
        return read_values(stream, header)


def texts(values: Array) -> list[str]:
    """Return the texts in an array of type "U", of "S" in UTF-8, or numbers as texts.

    Raises ValueError where a character is none.
    """
    if values.dtype.kind == "S":
        return [value.decode() for value in values.ravel().tolist()]
    if values.dtype.kind != "U":
        return [str(value) for value in values.ravel().tolist()]
    codes = np.frombuffer(values.tobytes(), np.dtype(np.uint32).newbyteorder(values.dtype.byteorder))
    if codes.max(initial=0) > sys.maxunicode:  # NumPy would fail with a SystemError
        raise ValueError("a character is out of range")
    return [str(value) for value in values.flat]


def to_bytes(array: Array) -> bytes:
    """Return *array* as a .npy file."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
    return stream.getvalue()
