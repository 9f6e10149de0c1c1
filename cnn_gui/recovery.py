"""Work that nobody could be asked to save: kept when a signal ends the application, and offered at the next start.

Each is a project file in a folder of the user's own, with a note beside it of which project it was.
"""

import json
import os
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from engine.files import atomic, reading
from engine.files.project import Project, save

SUFFIX, NOTE = ".cnn", ".json"
MOST_KEPT = 10  # files; the oldest go first
NOTE_LIMIT = 2**16  # bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """One session that was kept.

    Attributes:
        file: a project file with everything.
        origin: the project's own file; None where it had none.
        when: it was kept.
    """

    file: Path
    origin: Path | None
    when: datetime

    @property
    def newest_origin(self) -> Path | None:
        """The project's own file, or None where somebody has saved to it since: it is not to be replaced unseen."""
        try:
            since = self.origin is not None and self.origin.stat().st_mtime > self.when.timestamp()
        except OSError:
            since = False
        return None if since else self.origin

    def remove(self) -> None:
        """Remove it, where it still is."""
        for file in (self.file, self.file.with_suffix(NOTE)):
            file.unlink(missing_ok=True)


def folder() -> Path:
    """Return where sessions are kept, a folder that nobody else can read."""
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)
    return Path(data) / "recovery"


def keep(project: Project, origin: Path | None) -> Kept:
    """Keep *project*, which was opened from *origin*, for the next start.

    Raises:
        OSError: it cannot be written.
    """
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = place / f"{uuid.uuid4().hex}{SUFFIX}"
    note = {"origin": None if origin is None else str(origin.absolute())}
    atomic.write_bytes(file.with_suffix(NOTE), json.dumps(note).encode())
    save(file, project)
    for old in left()[MOST_KEPT:]:
        old.remove()
    return Kept(file, origin, datetime.now())


def left() -> list[Kept]:
    """Return the sessions that were kept, the newest first."""
    try:
        files = [file for file in folder().iterdir() if file.suffix == SUFFIX and file.is_file()]
        times = {file: file.stat().st_mtime for file in files}
    except OSError:
        return []
    newest_first = sorted(files, key=lambda file: times[file], reverse=True)
    return [Kept(file, _origin(file), datetime.fromtimestamp(times[file])) for file in newest_first]


def _origin(file: Path) -> Path | None:
    """Return the project's own file, as the note beside *file* has it; None where it had none, or nobody knows."""
    try:
        with reading.opened(file.with_suffix(NOTE)) as stream:
            origin = json.loads(stream.read(NOTE_LIMIT))["origin"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Path(origin) if isinstance(origin, str) and os.path.isabs(origin) else None  # noqa: PTH117
