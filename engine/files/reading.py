"""How files are opened to be read: ordinary ones alone; whoever waits for one can follow it, and give it up.

What is read is bounded by its reader: each compares what a file claims with what it may have before it takes memory.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import IO

from engine.errors import BadInputError

Told = Callable[[int], None]

_PIECE = 2**20  # bytes: less is read as it is asked for

_told: ContextVar[Told | None] = ContextVar("told", default=None)


class GivenUpError(Exception):
    """Nobody wants what is being read any more. It is no fault of the file, so no reader catches it."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open the file at *path*; a pipe or a device, which could keep whoever opens it for ever, is not touched.

    Raises:
        BadInputError: it is no ordinary file.
        OSError: it cannot be read.
    """
    _check(path, path.stat().st_mode)
    with _Bounded(io.FileIO(path)) as stream:
        _check(path, os.fstat(stream.fileno()).st_mode)  # of what was opened: it may have been exchanged
        advance(0)
        yield stream


@contextmanager
def followed(told: Told) -> Iterator[None]:
    """Have *told* called with the number of bytes after each piece that is read on this thread.

    What it raises, such as GivenUpError, ends the reading.
    """
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def advance(count: int) -> None:
    """Tell whoever follows that *count* more bytes are read; 0 only asks whether they are still wanted."""
    told = _told.get()
    if told is not None:
        told(count)


class _Bounded(io.BufferedReader):
    """Takes no more memory for a piece than the file has left, whatever a library asks for that believes the file."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _PIECE:
            size = min(size, max(0, os.fstat(self.fileno()).st_size - self.tell()))
        return super().read(size)


def _check(path: Path, mode: int) -> None:
    if S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not S_ISREG(mode):
        raise BadInputError(f"{path} is a pipe or a device, which is never opened; choose a file.")
