"""Files that are read once, from start to end, as if somebody meant harm: plain, .gz, and the members of a .tar.

Source: RFC 1952 (gzip); POSIX.1-1988, "ustar Interchange Format".
"""

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from engine.errors import BadInputError
from engine.files import reading

GZIP_MAGIC = b"\x1f\x8b"
_CHUNK = 2**20  # bytes
_BLOCK = 512  # bytes, of a .tar
_OCTAL = re.compile(rb" *([0-7]+)[ \0]*")


class Stream:
    """The bytes of a file. What a size claims is never allocated before so much was really there.

    Args:
        file: what to read.
        name: of the file, for messages.
        limit: bytes that may be read, or skipped, in all.

    Raises:
        BadInputError: from every method, where the file is cut off, damaged or larger than the limit.
    """

    def __init__(self, file: IO[bytes], name: str, limit: int) -> None:
        self.name = name
        self._file, self._limit, self._left = file, limit, limit

    def read(self, count: int) -> bytearray:
        """Return exactly the next *count* bytes."""
        data = bytearray()
        while len(data) < count:
            data += self._some(count - len(data))
        return data

    def skip(self, count: int) -> None:
        """Go on by exactly *count* bytes."""
        while count:
            count -= len(self._some(count))

    def rest(self) -> bytearray:
        """Return all that is left; at its end a .gz proves its checksum."""
        data = bytearray()
        while piece := self._piece(_CHUNK):
            data += piece
        return data

    def skip_rest(self) -> None:
        """Go to the end, where a .gz proves its checksum."""
        while self._piece(_CHUNK):
            pass

    def some(self, count: int) -> bytes:
        """Return up to *count* of the next bytes, fewer only at the end."""
        data = b""
        while len(data) < count and (piece := self._piece(count - len(data))):
            data += piece
        return data

    def blocks(self, end: bytes, longest: int) -> Iterator[bytes]:
        """Yield all that is left in blocks that end with *end*, e.g. of whole lines of at most *longest* bytes."""
        held = b""
        while piece := self._piece(_CHUNK):
            whole, mark, rest = piece.rpartition(end)
            if mark:
                yield held + whole + mark
                held = rest
            else:
                held += piece
            if len(held) > longest:
                raise BadInputError(f"{self.name} has a line of more than {longest:,} bytes; choose another file.")
        if held:
            yield held

    def end(self) -> None:
        """Raise BadInputError unless this is the end, where a .gz proves its checksum."""
        if self._piece(1):
            raise self.damaged()

    def damaged(self) -> BadInputError:
        """Return the error that says so."""
        return BadInputError(f"{self.name} is cut off or damaged; copy or download it again.")

    def _some(self, count: int) -> bytes:
        """Return up to *count* of the next bytes, at least one."""
        if piece := self._piece(min(count, _CHUNK)):
            return piece
        raise self.damaged()

    def _piece(self, count: int) -> bytes:
        """Return up to *count* of the next bytes, none at the end."""
        try:
            piece = self._file.read(count)
        except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise self.damaged() from error
        reading.advance(len(piece))
        self._left -= len(piece)
        if self._left < 0:
            raise BadInputError(
                f"{self.name} holds more than the {self._limit / 2**20:,.1f} MB that can be read; keep fewer images."
            )
        return piece


@contextmanager
def open_stream(path: Path, limit: int) -> Iterator[Stream]:
    """Open the file at *path*, unpacked where it is a .gz, for at most *limit* bytes; raises OSError."""
    with reading.opened(path) as file, unpacked(file, path.name, limit) as stream:
        yield stream


@contextmanager
def unpacked(file: IO[bytes], name: str, limit: int) -> Iterator[Stream]:
    """Read *file* from its start, unpacked where it is a .gz, for at most *limit* bytes."""
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    content = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file
    with content:
        yield Stream(content, name, limit)


def tar_members(stream: Stream) -> Iterator[tuple[str, int]]:
    """Yield (name without folders, size) of each plain file in a .tar; read or skip its size before the next one.

    Links, devices and whatever else a .tar can hold are passed over: names are only ever compared, never opened.
    """
    header = stream.read(_BLOCK)
    if not _is_header(header):
        raise BadInputError(f"{stream.name} is not a .tar archive; choose another file.")
    while any(header):
        size = _octal(header[124:136])
        if size is None or not _is_header(header):
            raise stream.damaged()
        if header[156] in b"0\0":
            yield header[:100].partition(b"\0")[0].decode("latin-1").rpartition("/")[2], size
        else:
            stream.skip(size)
        stream.skip(-size % _BLOCK)
        header = stream.read(_BLOCK)
    stream.skip_rest()


def is_tar(start: bytes) -> bool:
    """Return whether a file that begins with *start* begins as a .tar."""
    return len(start) >= _BLOCK and _is_header(bytearray(start[:_BLOCK]))


def _is_header(block: bytearray) -> bool:
    """Return whether *block* proves its checksum: the sum of its bytes, those of the checksum itself as spaces."""
    return _octal(block[148:156]) == sum(block[:148]) + sum(block[156:]) + 8 * ord(" ")


def _octal(field: bytearray) -> int | None:
    """Return the number in a *field* of a .tar's header, None where there is none."""
    match = _OCTAL.fullmatch(field)
    return int(match[1], 8) if match else None
