"""Write a file so that whoever opens it finds all of the old content or all of the new, whatever happens.

A process that is killed while it writes leaves a temporary file behind, which the next one to write in that folder
removes. It tells it from the file of a living process by a lock, which ends with the process that has it.
"""

import errno
import os
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_NAME = ".cnn-{}.tmp"
_OURS = re.compile(r"\.cnn-[0-9a-f]{32}\.tmp")
_RESTED = 60  # s since it was written to, after which a file that is no longer open will not be renamed any more
_ATTEMPTS = 10


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a stream whose content takes the place of *path* at the end; after an error *path* is as it was.

    A temporary file in the same folder is written, synced to the disk and renamed. A link stays a link, and
    a file keeps its permissions. What killed processes have left in the folder is removed.

    Raises:
        OSError: the file cannot be written there.
    """
    target = _target(path)
    _remove_left_over(target.parent)
    temporary = target
    try:
        with ExitStack() as until_renamed:
            temporary, opened = _new_file(target.parent, until_renamed)
            with opened as stream:
                if target.exists():
                    temporary.chmod(target.stat().st_mode & 0o7777)
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(target)
    except BaseException as error:
        if temporary != target:
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


def _new_file(folder: Path, until_renamed: ExitStack) -> tuple[Path, IO[bytes]]:
    """Return a new temporary file and the stream that writes it, locked until *until_renamed* ends."""
    for _ in range(_ATTEMPTS):
        file = folder / _NAME.format(uuid.uuid4().hex)
        stream = file.open("xb")
        if _lock(stream, until_renamed):
            return file, stream
        stream.close()  # somebody took it for one that was left over, before it was locked
        file.unlink(missing_ok=True)
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(folder))


def _lock(stream: IO[bytes], until: ExitStack) -> bool:
    """Lock the open file until *until* ends, though *stream* is closed before; False where it is removed already."""
    if fcntl is None:  # Windows: nobody can remove a file that is open
        return True
    handle = os.dup(stream.fileno())
    until.callback(os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks, where nobody removes anything
        return True
    return os.fstat(handle).st_nlink > 0


def _remove_left_over(folder: Path) -> None:
    """Remove the temporary files in *folder* whose process has ended; what cannot be removed stays."""
    with suppress(OSError):
        for file in [file for file in folder.iterdir() if _OURS.fullmatch(file.name)]:
            with suppress(OSError):
                _remove_unless_in_use(file)


def _remove_unless_in_use(file: Path) -> None:
    """Remove the temporary file of a process that has ended; raises OSError where another one is writing it."""
    if fcntl is None:
        if time.time() - file.stat().st_mtime > _RESTED:
            file.unlink()
        return
    handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.unlink()
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power failure, where the system can do that for folders."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
