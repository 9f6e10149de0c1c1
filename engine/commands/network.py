"""The network that a command works on: a preset's, or that of a project file."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from engine import presets
from engine.architecture import Architecture
from engine.commands import options
from engine.errors import BadInputError
from engine.files.project import Project, open_project
from engine.history import Epochs
from engine.layer import Shape
from engine.settings import TrainingSettings
from engine.words import counted


@dataclass(frozen=True, slots=True)
class Network:
    """A network by its title, with the settings that it is trained by; *project* is None for a preset."""

    title: str
    architecture: Architecture
    input_shape: Shape
    settings: TrainingSettings
    project: Project | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare --preset and FILE.cnn, of which ``chosen`` needs one."""
    network = parser.add_mutually_exclusive_group()
    options.add_preset(network)
    network.add_argument("file", metavar="FILE.cnn", type=Path, nargs="?", help="a project")


def chosen(arguments: argparse.Namespace) -> Network:
    """Return the network that *arguments* name; raises BadInputError where they name none."""
    if arguments.preset:
        preset = presets.load(arguments.preset)
        return Network(preset.title, preset.architecture, preset.input_shape, preset.settings)
    if not arguments.file:
        raise BadInputError("No network is named; give --preset NAME or a project, FILE.cnn.")
    project = open_project(arguments.file)
    title = f"{arguments.file.name}: {_told(project.history.epochs)}"
    return Network(title, project.architecture, project.input_shape, project.settings, project)


def _told(epochs: Epochs) -> str:
    """Say how far the network was trained."""
    if not epochs:
        return "not trained"
    return f"{counted(epochs.done, 'epoch')}, test accuracy {epochs[-1].test_accuracy:.2%}"
