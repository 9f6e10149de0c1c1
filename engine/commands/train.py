"""``cnn-engine train``."""

import argparse
import sys
from pathlib import Path

import numpy as np

from engine import presets
from engine.commands import options
from engine.commands.report import JsonReport, TableReport
from engine.data import catalogue
from engine.files import atomic
from engine.files.project import Project, save
from engine.files.weights import weights_of
from engine.model import Model
from engine.trainer import DivergedError, Trainer

DIVERGED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_preset(parser, required=True)
    options.add_data(parser)
    options.add_settings(parser)
    options.add_threads(parser)
    parser.add_argument("--out", metavar="FILE.cnn", type=Path, help="save the trained network as a project")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line and epoch, and a final one")


def run(arguments: argparse.Namespace) -> int:
    """Train, report and save; return DIVERGED where the loss ran away. Ctrl+C saves what was learned so far."""
    if arguments.out:
        atomic.check_writable(arguments.out)
    trainer = _trainer(arguments)
    report = JsonReport() if arguments.json else TableReport()
    try:
        for event in trainer.run():
            report.show(event)
    except DivergedError as error:
        print(f"cnn-engine: {error}", file=sys.stderr)
        return DIVERGED
    except KeyboardInterrupt:
        if arguments.out:
            save(arguments.out, _project(trainer, arguments.data))
            print(f"cnn-engine: interrupted; what was learned is in {arguments.out}.", file=sys.stderr)
        raise
    if arguments.out:
        save(arguments.out, _project(trainer, arguments.data))
    report.finish(trainer.history, arguments.out)
    return 0


def _trainer(arguments: argparse.Namespace) -> Trainer:
    """Return what trains the preset on the data, with an output for each of its classes."""
    preset, dataset = presets.load(arguments.preset), catalogue.load(arguments.data)
    settings = options.settings(arguments, preset.settings)
    classes = len(dataset.class_names)
    architecture = presets.for_classes(preset.architecture, classes)
    model = Model.build(architecture, dataset.image_shape, np.random.default_rng(settings.seed))
    trainer = Trainer(model, dataset, settings, arguments.threads)
    if architecture != preset.architecture:
        print(f"The last dense layer now has {classes} units, one for each class of {dataset.name}.", file=sys.stderr)
    return trainer


def _project(trainer: Trainer, source: str) -> Project:
    """Return what *trainer* trained on the data *source*."""
    model = trainer.model
    return Project(
        model.architecture, trainer.settings, model.input_shape, trainer.dataset.class_names,
        catalogue.lasting(source), weights_of(model), trainer.history,
    )  # fmt: skip
