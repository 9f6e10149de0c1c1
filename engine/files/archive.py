"""Zip archives of arrays: read as if somebody meant harm, written so that equal content gives equal bytes."""

import errno
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import BadInputError
from engine.files import npy, reading
from engine.layer import Array

UNPACKED_LIMIT = 2 * 2**30  # bytes, all entries together
DIRECTORY_LIMIT = 8 * 2**20  # bytes of the list of entries, which is read as a whole
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_METHODS = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA", 93: "Zstandard"}
_ENCRYPTED = 1  # the bit of a zip's flags
# What zipfile and the decompressor raise for bytes that are not what they claim to be.
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, TypeError, OverflowError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Limit:
    """What an archive may unpack to: *usual* bytes, or else so many *times* its own size, but never UNPACKED_LIMIT."""

    usual: int
    times: int

    def of(self, size: int) -> int:
        """Return the limit of a file of so many bytes."""
        return min(UNPACKED_LIMIT, max(self.usual, self.times * size))


DATA = Limit(256 * 2**20, 200)  # pictures of two colours, in numbers of eight bytes, are packed that well


class Archive:
    """An open archive. Nothing is allocated before its size is compared with what the file really holds.

    Args:
        file: the zip.
        name: of the file, for messages.
        most: bytes that it may unpack to.

    Raises:
        BadInputError: from every method, where the file is damaged, too big or holds no plain arrays.
    """

    def __init__(self, file: zipfile.ZipFile, name: str, most: int = UNPACKED_LIMIT) -> None:
        self.name = name
        self._file = file
        self._entries = {info.filename: info for info in file.infolist()}
        if (size := sum(info.file_size for info in file.infolist())) > most:
            raise BadInputError(
                f"{name} would unpack to {size / 2**20:,.0f} MB, and the limit for a file of its size is"
                f" {most / 2**20:,.0f} MB; write it again with less in it, or without compression."
            )

    @property
    def entries(self) -> frozenset[str]:
        """The names of all entries."""
        return frozenset(self._entries)

    def header(self, entry: str) -> npy.Header:
        """Return what the .npy *entry* says of its array, proved to be true of its size."""
        with self._open(entry) as stream, damage_told(f"{self.name}: {entry}"):
            try:
                header = npy.read_header(stream)
            except npy.FieldsError:
                header = None
        if header is None:
            raise BadInputError(f"{self.name}: {entry} {npy.RECORDS}")
        if header.dtype.hasobject:
            raise BadInputError(f"{self.name}: {entry} {npy.OBJECTS}")
        if header.size != self._entries[entry].file_size:
            raise BadInputError(
                f"{self.name}: {entry} claims {header.size:,} bytes but has {self._entries[entry].file_size:,};"
                " write or download the file again."
            )
        return header

    def array(self, entry: str) -> Array:
        """Return the array of the .npy *entry*."""
        header = self.header(entry)
        with self._open(entry) as stream, damage_told(f"{self.name}: {entry}"):
            stream.read(header.start)
            values = npy.read_values(stream, header)
            stream.read(1)  # the end: this is where zipfile compares the checksum
        return values

    def texts(self, entry: str) -> list[str]:
        """Return the texts of the .npy *entry*, which holds an array of them."""
        values = self.array(entry)
        with damage_told(f"{self.name}: {entry}"):
            return npy.texts(values)

    def content(self, entry: str, limit: int) -> bytes:
        """Return *entry* as it is; it may have *limit* bytes."""
        with self._open(entry) as stream, damage_told(f"{self.name}: {entry}"):
            data = stream.read(limit + 1)
            reading.advance(len(data))
        if len(data) > limit:
            raise BadInputError(f"{self.name}: {entry} is longer than {limit:,} bytes; the file is not usable.")
        return data

    def _open(self, entry: str) -> IO[bytes]:
        info = self._entries[entry]
        if info.flag_bits & _ENCRYPTED:
            raise BadInputError(f"{self.name}: {entry} is protected by a password; save it without one.")
        if info.compress_type not in _READABLE:
            method = _METHODS.get(info.compress_type, f"method {info.compress_type}")
            raise BadInputError(
                f"{self.name}: {entry} is compressed by {method}, which NumPy does not write; save the arrays again"
                " with np.savez_compressed."
            )
        with damage_told(f"{self.name}: {entry}"):
            return self._file.open(self._entries[entry])


@contextmanager
def open_archive(path: Path, limit: Limit = DATA) -> Iterator[Archive]:
    """Open the zip at *path*.

    Raises:
        BadInputError: it is no zip, empty, damaged or unpacks to more than *limit*.
        OSError: it cannot be read.
    """
    with reading.opened(path) as stream:
        start = stream.read(4)
        if not start:
            raise BadInputError(f"{path.name} is empty; choose another file, or copy it again.")
        if start[:2] != b"PK":
            raise BadInputError(f"{path.name} is not a zip archive of arrays; choose another file.")
        size = stream.seek(0, io.SEEK_END)
        with open_zip(stream, path.name) as file:
            yield Archive(file, path.name, limit.of(size))


def open_zip(stream: IO[bytes], name: str) -> zipfile.ZipFile:
    """Return the zip in *stream*, the file *name*; raise BadInputError where it is damaged or lists too many files."""
    with damage_told(name):
        file = zipfile.ZipFile(_Listed(stream, name))
    file.fp = stream  # entries are read in pieces, each as long as its reader asks for
    return file


class _Listed:
    """A zip while its list of entries is read, at once: however the file tells its length, it is no longer than that.

    There are two ways to tell it, of which the later one counts, and remarks can hide one from a search.
    """

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream, self._name = stream, name
        self.tell, self.seek = stream.tell, stream.seek

    def read(self, size: int = -1, /) -> bytes:
        if size > DIRECTORY_LIMIT:
            raise BadInputError(f"{self._name} holds more files than any data set or project; choose another file.")
        return self._stream.read(size)


def write_archive(stream: IO[bytes], entries: Iterable[tuple[str, bytes]], *, compressed: bool) -> None:
    """Write (name, content) *entries* to *stream* as a zip with no date and no owner."""
    method = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in entries:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            file.writestr(info, content, method, 9)


@contextmanager
def damage_told(what: str) -> Iterator[None]:
    """Turn what damaged bytes raise into a BadInputError that names *what*."""
    try:
        yield
    except BadInputError:
        raise
    except (*_DAMAGE, OSError) as error:
        # A directory that points before the start of the file makes zipfile seek there.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise BadInputError(f"{what} is cut off or damaged; write, copy or download it again.") from error
