"""The run file, *.cnn-run: a project file with all that its training run needs to go on, bit for bit.

    run.json             how far the run is, on which data and with how many threads
    run/<name>.npy       weights and statistics as they are and as they were last good, and the optimizer's moments

The rest, settings and history among it, is the project's own, so that whatever opens projects opens run files too.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from itertools import chain
from pathlib import Path
from typing import Any

from engine.checkpoint import Progress, TrainingState
from engine.errors import BadInputError
from engine.files import atomic, npy
from engine.files.archive import Archive, open_archive, write_archive
from engine.files.project import LIMIT, Project, entries_of, placed, project_in
from engine.layer import Array
from engine.layers.plain import NAMES
from engine.threads import MOST_THREADS

RUN_JSON = "run.json"
FORMAT, VERSION = "cnn-gui run", 1
TEXT_LIMIT = 2**16  # bytes of run.json
_TYPES = {
    "data": str,
    "threads": int,
    "backend": str,
    **{field.name: type(field.default) for field in fields(Progress)},
}


def save(path: Path, project: Project, state: TrainingState) -> None:
    """Write *state*, that of a run of *project*, to *path*, which holds all of it or is unchanged; raises OSError."""
    with atomic.replacing(path) as stream:
        write_archive(stream, chain(entries_of(placed(project, path)), _entries(state)), compressed=False)


def load(path: Path) -> tuple[Project, TrainingState]:
    """Return the project and the state of its run in the file at *path*.

    Raises:
        BadInputError: the file is damaged, from a newer version, or holds no run.
        OSError: it cannot be read.
    """
    with open_archive(path, LIMIT) as archive:
        if RUN_JSON not in archive.entries:
            raise BadInputError(f"{path.name} has no run in it to go on with; choose a file that --checkpoint wrote.")
        project, values = project_in(archive, path), _values(archive)
        arrays = {entry[4:-4]: _numbers(archive, entry) for entry in archive.entries if entry.startswith("run/")}
    data, threads, backend = (values.pop(name) for name in ("data", "threads", "backend"))
    state = TrainingState(
        project.architecture, project.settings, data, threads, backend, Progress(**values), arrays, project.history
    )
    return project, state


def _values(archive: Archive) -> dict[str, Any]:
    """Return what run.json says, each value of its right type."""
    try:
        values = json.loads(archive.content(RUN_JSON, TEXT_LIMIT))
        if (values["format"], values["version"]) != (FORMAT, VERSION):
            raise ValueError("of another version")
        values = {name: values[name] for name in _TYPES}
        right = all(type(values[name]) is kind for name, kind in _TYPES.items())
        if not right or not 1 <= values["threads"] <= MOST_THREADS or values["backend"] not in NAMES:
            raise ValueError("not what was written")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"{archive.name}: {RUN_JSON} is damaged, or a newer version of this program wrote it; start a new run."
        ) from error
    return values


def _numbers(archive: Archive, entry: str) -> Array:
    if archive.header(entry).dtype.kind not in "fiu":
        raise BadInputError(f"{archive.name}: {entry} holds no numbers; open a copy of the file.")
    return archive.array(entry)


def _entries(state: TrainingState) -> Iterator[tuple[str, bytes]]:
    values = {"format": FORMAT, "version": VERSION, "data": state.data, "threads": state.threads}
    values["backend"] = state.backend
    yield RUN_JSON, json.dumps({**values, **asdict(state.progress)}, indent=2, allow_nan=False).encode()
    for name, array in state.arrays.items():
        yield f"run/{name}.npy", npy.to_bytes(array)
