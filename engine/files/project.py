"""The project file, *.cnn: a network, its settings, its weights and its history in one zip.

    project.json               what a person could read: architecture, settings, shapes, names, version
    weights/<uid>.<name>.npy   the learned arrays of each layer
    history/<name>.npy         loss and accuracy of the steps, figures of the epochs; of a long run some of them

Why this form: docs/adr/0002-project-file.md. Nothing in it is ever executed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine import architecture as architectures
from engine import schema
from engine.architecture import Architecture
from engine.data.appearance import Appearance
from engine.data.convert import MAX_CLASSES, MAX_SIDE, to_class_names
from engine.errors import BadInputError
from engine.files import atomic, npy, places
from engine.files.archive import Archive, Limit, open_archive, write_archive
from engine.files.migrations import FORMAT, VERSION, Values, upgraded
from engine.files.weights import Weights, check_fit, parameter_shapes
from engine.history import History
from engine.layer import Array, Shape
from engine.settings import TrainingSettings
from engine.words import quoted

PROJECT_JSON = "project.json"
LIMIT = Limit(32 * 2**20, 20)  # what is written is not packed, and weights hardly can be
# What a history can be of: the network as it is, one before an edit, with other data or another loss, or a run that
# diverged, after which earlier weights were put back.
FIGURES_OF = ("", "edit", "data", "loss", "run")
TEXT_LIMIT = 2**20  # bytes of project.json
ROW_LIMIT = 1_000_000  # in the history: epochs, or layers of all of them
STEP_LIMIT = 8_000_000  # in the history
WORD_LIMIT = 256  # characters of a text in the history
_WEIGHT = re.compile(r"weights/(\w+)\.(\w+)\.npy")


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that a project file holds.

    Attributes:
        input_shape: (C, H, W) of one image.
        data_source: what ``engine.data.catalogue.load`` takes: "bundled" or a path. The file keeps it relative to
            itself; see ``engine.files.places``.
        weights: layer uid -> parameter name -> values; layers may be missing.
        appearance: how the images look that the network reads; None where that is not known, as the data was not
            read since the time when it was not kept.
        figures_of: what the history describes where that is not this network: one of FIGURES_OF; '' where it is.
    """

    architecture: Architecture
    settings: TrainingSettings
    input_shape: Shape
    class_names: tuple[str, ...]
    data_source: str
    weights: Weights = field(default_factory=dict)
    history: History = field(default_factory=History)
    appearance: Appearance | None = None
    figures_of: str = ""


def save(path: Path, project: Project) -> None:
    """Write *project* to *path*, which holds all of it or is unchanged; raises OSError where that fails."""
    with atomic.replacing(path) as stream:
        write_archive(stream, entries_of(placed(project, path)), compressed=False)


def placed(project: Project, path: Path) -> Project:
    """Return *project* as the file at *path* keeps it: with its data relative to that, where it can be."""
    return replace(project, data_source=places.kept(project.data_source, path))


def open_project(path: Path) -> Project:
    """Return the project in the file at *path*.

    Raises:
        BadInputError: the file is damaged, from a newer version, or does not fit together.
        OSError: it cannot be read.
    """
    with open_archive(path, LIMIT) as archive:
        return project_in(archive, path)


def project_in(archive: Archive, path: Path) -> Project:
    """Return the project in an open *archive*, the file at *path*; see ``open_project``."""
    project = _described(archive)
    source = places.found(project.data_source, path)
    return replace(project, data_source=source, weights=_weights(archive, project), history=_history(archive))


def entries_of(project: Project) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each entry of a project's file."""
    yield PROJECT_JSON, (json.dumps(_to_values(project), indent=2, sort_keys=True, allow_nan=False) + "\n").encode()
    for uid, arrays in project.weights.items():
        for name, array in arrays.items():
            yield f"weights/{uid}.{name}.npy", npy.to_bytes(array)
    for name, array in project.history.to_arrays().items():
        yield _history_entry(name), npy.to_bytes(array)


def _to_values(project: Project) -> Values:
    return {
        "format": FORMAT,
        "version": VERSION,
        "architecture": architectures.to_dict(project.architecture),
        "settings": schema.to_dict(project.settings),
        "input_shape": list(project.input_shape),
        "class_names": list(project.class_names),
        "data_source": project.data_source,
        "figures_of": project.figures_of,
        "appearance": None if project.appearance is None else project.appearance.to_dict(),
    }


def _described(archive: Archive) -> Project:
    """Return the project that project.json describes, without weights and history."""
    if PROJECT_JSON not in archive.entries:
        raise BadInputError(f"{archive.name} has no {PROJECT_JSON} in it; choose a project file (.cnn).")
    content = archive.content(PROJECT_JSON, TEXT_LIMIT)
    try:
        return _from_values(upgraded(json.loads(content)))
    except BadInputError as error:
        raise BadInputError(f"{archive.name}: {error}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise BadInputError(f"{archive.name}: {PROJECT_JSON} is damaged; open a copy of the file.") from error


def _from_values(values: Values) -> Project:
    shape, names, source = values.get("input_shape"), values.get("class_names"), values.get("data_source")
    if not isinstance(shape, list) or len(shape) != 3 or not all(type(n) is int and 0 < n <= MAX_SIDE for n in shape):
        raise BadInputError(f"its input shape is {quoted(shape)}; it must be three whole numbers from 1 to {MAX_SIDE}.")
    if not isinstance(names, list) or len(names) > MAX_CLASSES or not all(isinstance(name, str) for name in names):
        raise BadInputError(f"its class names are no list of at most {MAX_CLASSES} texts; open a copy of the file.")
    if not isinstance(source, str) or not isinstance(values.get("settings"), dict):
        raise BadInputError("its data source or settings are missing; open a copy of the file.")
    looks, of = values.get("appearance"), values.get("figures_of", "")
    if of not in FIGURES_OF:
        raise BadInputError(f"its history is of {quoted(of)}, which is unknown; open a copy of the file.")
    return Project(
        architectures.from_dict(values.get("architecture")),
        schema.from_dict(TrainingSettings, values["settings"]),
        tuple(shape),
        to_class_names(names, "the list of class names"),
        source,
        appearance=None if looks is None else Appearance.from_dict(looks, tuple(shape)),
        figures_of=of,
    )


def _weights(archive: Archive, project: Project) -> dict[str, dict[str, Array]]:
    """Return the weights of all layers that have some, each proved to fit its layer before it is read."""
    expected = parameter_shapes(project.architecture, project.input_shape)
    entries = _weight_entries(archive)
    weights: dict[str, dict[str, Array]] = {}
    for position, spec in enumerate(project.architecture.layers, 1):
        if spec.uid in entries:
            shapes = {name: archive.header(entry).shape for name, entry in entries[spec.uid].items()}
            if spec.uid in expected:
                check_fit(shapes, expected[spec.uid], f"{archive.name}: layer {position} ({spec.type.label})")
            weights[spec.uid] = {name: _finite(archive, entry) for name, entry in entries[spec.uid].items()}
    return weights


def _weight_entries(archive: Archive) -> dict[str, dict[str, str]]:
    """Return the entries that hold weights, by layer uid and parameter name."""
    found: dict[str, dict[str, str]] = {}
    for entry in sorted(archive.entries):
        if match := _WEIGHT.fullmatch(entry):
            found.setdefault(match[1], {})[match[2]] = entry
    return found


def _finite(archive: Archive, entry: str) -> Array:
    """Return the weights in *entry*, float32 and finite."""
    if archive.header(entry).dtype.kind == "f":
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused
            values = archive.array(entry).astype(np.float32)
        if np.isfinite(values).all():
            return values
    raise BadInputError(f"{archive.name}: {entry} holds values that are not finite; open a copy of the file.")


def _history(archive: Archive) -> History:
    """Return the history; empty where the file has none."""
    names = [name for name in History().to_arrays() if _history_entry(name) in archive.entries]
    if not names:
        return History()
    try:
        return History.from_arrays({name: _history_array(archive, name) for name in names})
    except BadInputError:
        raise
    except (KeyError, ValueError, OverflowError) as error:
        raise BadInputError(f"{archive.name}: its training history is incomplete; open a copy of the file.") from error


def _history_entry(name: str) -> str:
    return f"history/{name}.npy"


def _history_array(archive: Archive, name: str) -> Array:
    """Return an array of the history; raises ValueError where it is none."""
    entry = _history_entry(name)
    header = archive.header(entry)
    if header.dtype.kind != ("U" if name in History.TEXTS else "f"):
        raise ValueError("not the figures of a training run")
    if header.shape > (STEP_LIMIT if name in History.CURVES else ROW_LIMIT,):
        raise ValueError("more steps, epochs or layers than any run has")
    if header.dtype.kind == "U" and header.dtype.itemsize > 4 * WORD_LIMIT:
        raise ValueError("longer words than any layer has")
    return np.array(archive.texts(entry), np.str_) if name in History.TEXTS else archive.array(entry)
