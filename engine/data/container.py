"""Files in a folder and the folders in it, in a .tar, plain or packed, or in a .zip: names, and what they hold."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.data.stream import GZIP_MAGIC, Stream, open_stream, tar_members, unpacked
from engine.errors import BadInputError
from engine.files import reading
from engine.files.archive import UNPACKED_LIMIT, damage_told, open_zip

ZIP_MAGIC = b"PK"
DEPTH = 2  # folders within a folder that are looked into
MOST_FILES = 2_000_000  # looked at in a folder
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

Wanted = Callable[[str], bool]


def is_zip(path: Path) -> bool:
    """Return whether the file at *path* begins as a .zip."""
    with reading.opened(path) as file:
        return file.read(2) == ZIP_MAGIC


def names(path: Path) -> Iterator[str]:
    """Yield the name, without folders, of each plain file in the folder or archive at *path*, as far as it is read.

    Raises:
        BadInputError: it is damaged, or a .gz that is no .tar.
        OSError: it cannot be read.
    """
    if path.is_dir():
        yield from (file.name for file in files(path))
    elif is_zip(path):
        with _zip(path) as archive:
            yield from (_base(info.filename) for info in archive.infolist() if not _is_folder(info))
    else:
        with open_stream(path, UNPACKED_LIMIT) as stream:
            for name, size in tar_members(stream):
                yield name
                stream.skip(size)


def files(folder: Path, depth: int = DEPTH) -> Iterator[Path]:
    """Yield the plain files in *folder*, then those in the folders in it, by name; hidden ones are passed over."""
    left = MOST_FILES
    level = [folder]
    for _ in range(depth + 1):
        below: list[Path] = []
        for place in level:
            reading.advance(0)
            try:
                with os.scandir(place) as entries:
                    known = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda e: e.name)
            except PermissionError:
                if place == folder:
                    raise
                continue  # somebody else's
            left -= len(known)
            if left < 0:
                raise BadInputError(
                    f"{folder.name} holds more than {MOST_FILES:,} files; choose the folder of the data."
                )
            below += [place / entry.name for entry in known if entry.is_dir()]
            yield from (place / entry.name for entry in known if entry.is_file())
        level = below


def contents(path: Path, wanted: Wanted, limit: int) -> dict[str, bytearray]:
    """Return what each *wanted* file in the archive at *path* holds, unpacked where it is a .gz.

    Args:
        path: a .tar, plain or packed, or a .zip.
        wanted: whether a file is, by its name without folders.
        limit: bytes that all files of the archive may have together.

    Raises:
        BadInputError: it is damaged, too large, no archive, or has a file twice.
        OSError: it cannot be read.
    """
    found: dict[str, bytearray] = {}
    read = _from_zip if is_zip(path) else _from_tar
    for name, content in read(path, wanted, limit):
        if name in found:
            raise BadInputError(f"{path.name} holds {name} twice; download it again.")
        found[name] = content
    return found


def _from_tar(path: Path, wanted: Wanted, limit: int) -> Iterator[tuple[str, bytearray]]:
    with open_stream(path, limit) as stream:
        for name, size in tar_members(stream):
            if wanted(name):
                yield name, _unpacked(stream.read(size), name, limit)
            else:
                stream.skip(size)


def _from_zip(path: Path, wanted: Wanted, limit: int) -> Iterator[tuple[str, bytearray]]:
    with _zip(path) as archive:
        for info in archive.infolist():
            name = _base(info.filename)
            if _is_folder(info) or not wanted(name):
                continue
            if info.flag_bits & 1 or info.compress_type not in _READABLE:
                raise BadInputError(
                    f"{path.name}: {name} is protected by a password or compressed in an unusual way; unpack the file"
                    " and choose the folder."
                )
            with damage_told(f"{path.name}: {name}"), archive.open(info) as member:
                content = Stream(member, f"{path.name}: {name}", limit).rest()
            limit -= len(content)
            yield name, _unpacked(content, name, limit)


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with reading.opened(path) as stream, open_zip(stream, path.name) as archive:
        yield archive


def _unpacked(content: bytearray, name: str, limit: int) -> bytearray:
    """Return *content*, unpacked where it is a .gz."""
    if not content.startswith(GZIP_MAGIC):
        return content
    with unpacked(io.BytesIO(content), name, limit) as stream:
        return stream.rest()


def _is_folder(info: zipfile.ZipInfo) -> bool:
    """Return whether an entry is a folder; one can have no name at all, with which ``is_dir`` fails."""
    return info.filename.endswith("/")


def _base(name: str) -> str:
    return name.rpartition("/")[2]
