"""Where the data of a project lies: kept relative to the project where both have a folder in common, found again beside
it where both have moved."""

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from engine.data.source import BUNDLED, Source, parse

_HERE, _ABOVE = "./", "../"  # what a path begins with that is relative to the project's folder
_MOST_PARTS = 4  # of a path that is gone, which are looked for beside the project


def kept(source: str, project: Path) -> str:
    """Return how the file *project* keeps the data *source*: without the folders that both have in common.

    So a project can move together with its data, to another person too, and does not tell where it lay. What has no
    more in common than a disk, or the folder of all users, is kept as it is.
    """
    wanted = parse(source)
    if wanted.path == BUNDLED or not Path(wanted.path).is_absolute():
        return source
    path, folder = Path(os.path.normpath(wanted.path)), _folder(project)
    try:
        common = Path(os.path.commonpath([path, folder]))
    except ValueError:  # other disks
        return source
    if common == Path(common.anchor) or common in Path.home().parents:
        return source
    relative = Path(os.path.relpath(path, folder)).as_posix()
    return str(Source(relative if relative.startswith(_ABOVE) else _HERE + relative, wanted.options))


def found(source: str, project: Path) -> str:
    """Return where the data *source*, as ``kept`` wrote it or an older program, lies for the file *project*.

    Data that is not there any more is looked for beside the project: by its name, and in folders of the same names.
    """
    wanted, folder = parse(source), _folder(project)
    if wanted.path == BUNDLED or not wanted.path:
        return source
    relative = wanted.path.startswith((_HERE, _ABOVE))
    path = Path(os.path.normpath(folder / wanted.path)) if relative else Path(wanted.path)
    if not _exists(path):
        windows = "\\" in wanted.path
        parts = (PureWindowsPath if windows else PurePosixPath)(wanted.path).parts[-_MOST_PARTS:]
        tails = (parts[start:] for start in range(len(parts)))
        beside = (place.joinpath(*tail) for tail in tails for place in (folder, folder.parent) if _plain(tail))
        path = next(filter(_exists, beside), path)
    return str(Source(str(path), wanted.options)) if relative or str(path) != wanted.path else source


def _plain(parts: tuple[str, ...]) -> bool:
    """Tell whether *parts* are names of folders and of a file alone, which lead to no other place."""
    return not any(part in ("..", "/", "\\") or ":" in part for part in parts)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that cannot be one here
        return False


def _folder(project: Path) -> Path:
    """Return the folder that *project* really lies in."""
    return Path(os.path.realpath(project)).parent
