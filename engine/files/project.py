"""The project file, *.cnn: a network, its settings, its weights and its history in one zip.

    project.json               what a person could read: architecture, settings, shapes, names, version
    weights/<uid>.<name>.npy   the learned arrays of each layer
    history/<name>.npy         loss and accuracy of every step, figures of every epoch

Why this form: docs/adr/0002-project-file.md. Nothing in it is ever executed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine import architecture as architectures
from engine import schema
from engine.architecture import Architecture
from engine.data.convert import MAX_CLASSES, MAX_SIDE, to_class_names
from engine.errors import BadInputError
from engine.files import atomic, npy
from engine.files.archive import Archive, open_archive, write_archive
from engine.files.migrations import FORMAT, VERSION, Values, upgraded
from engine.files.weights import Weights, check_fit, parameter_shapes
from engine.history import History
from engine.layer import Array, Shape
from engine.settings import TrainingSettings

TEXT_LIMIT = 4 * 2**20  # bytes of project.json
STEP_LIMIT = 10_000_000  # entries of one curve of the history


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that a project file holds.

    Attributes:
        input_shape: (C, H, W) of one image.
        data_source: what ``engine.data.catalogue.load`` takes: "bundled" or a path.
        weights: layer uid -> parameter name -> values; layers may be missing.
    """

    architecture: Architecture
    settings: TrainingSettings
    input_shape: Shape
    class_names: tuple[str, ...]
    data_source: str
    weights: Weights = field(default_factory=dict)
    history: History = field(default_factory=History)


def save(path: Path, project: Project) -> None:
    """Write *project* to *path*, which holds all of it or is unchanged; raises OSError where that fails."""
    with atomic.replacing(path) as stream:
        write_archive(stream, _entries(project))


def open_project(path: Path) -> Project:
    """Return the project in the file at *path*.

    Raises:
        BadInputError: the file is damaged, from a newer version, or does not fit together.
        OSError: it cannot be read.
    """
    with open_archive(path) as archive:
        try:
            values = upgraded(_json(archive))
            project = _from_values(values)
            return replace(project, weights=_weights(archive, project), history=_history(archive))
        except BadInputError as error:
            raise BadInputError(f"{path.name}: {error}") from error
