"""``cnn-engine summary``."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine import presets
from engine.architecture import Architecture
from engine.commands import options
from engine.data import catalogue
from engine.files.project import open_project
from engine.history import EpochResult
from engine.layer import Shape
from engine.shapes import infer_shapes, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    network = parser.add_mutually_exclusive_group(required=True)
    options.add_preset(network)
    network.add_argument("file", metavar="FILE.cnn", type=Path, nargs="?", help="a project")


def run(arguments: argparse.Namespace) -> int:
    """Print the title of the network and its table of layers."""
    if arguments.preset:
        preset = presets.load(arguments.preset)
        title, architecture = preset.title, preset.architecture
        input_shape = catalogue.load(catalogue.BUNDLED).image_shape
    else:
        project = open_project(arguments.file)
        title = f"{arguments.file.name}: {_told(project.history.epochs)}"
        architecture, input_shape = project.architecture, project.input_shape
    print(title, *table(architecture, input_shape), sep="\n")
    return 0


def table(architecture: Architecture, input_shape: Shape) -> Iterator[str]:
    """Yield a line for each layer: its place, name, settings, output shape, parameters and what is wrong with it."""
    infos = infer_shapes(architecture, input_shape)
    yield _row("", "layer", "settings", "output", "parameters")
    yield _row("0", "Input", "", show(input_shape), "")
    for position, (spec, info) in enumerate(zip(architecture.layers, infos, strict=True), 1):
        output = show(info.output) if info.output else "?"
        yield _row(str(position), spec.type.label, spec.config.summary(), output, f"{info.parameters:,}")
        if info.problem:
            yield f"     {info.problem}"
    yield _row("", "Total", "", "", f"{sum(info.parameters for info in infos):,}")


def _told(epochs: Sequence[EpochResult]) -> str:
    """Say how far the network was trained."""
    if not epochs:
        return "not trained"
    return f"{len(epochs)} epochs, test accuracy {epochs[-1].test_accuracy:.2%}"


def _row(place: str, label: str, settings: str, output: str, parameters: str) -> str:
    return f"{place:>3}  {label:<14}{settings:<26}{output:<16}{parameters:>12}"
