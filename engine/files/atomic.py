"""Write a file so that whoever opens it finds all of the old content or all of the new, whatever happens."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a stream whose content takes the place of *path* at the end; after an error *path* is as it was.

    A temporary file in the same folder is written, synced to the disk and renamed. A link stays a link, and
    a file keeps its permissions.

    Raises:
        OSError: the file cannot be written there.
    """
    target = _target(path)
    temporary = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as stream:
            if target.exists():
                temporary.chmod(target.stat().st_mode & 0o7777)
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno is not None:
            error.filename, error.filename2 = str(path), None  # not the temporary file's, or none at all
        raise
    _sync_folder(target.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Make *content* the whole of *path*; see ``replacing``."""
    with replacing(path) as stream:
        stream.write(content)


def check_writable(path: Path) -> None:
    """Raise OSError where ``replacing`` could not put a file at *path*, before work is done in vain."""
    if not os.access(_target(path).parent, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path.parent))


def _target(path: Path) -> Path:
    """Return where *path* leads, where a file is or can be."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "There is no such folder", str(path.parent))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "This is not an ordinary file", str(path))
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return target


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power failure, where the system can do that for folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
