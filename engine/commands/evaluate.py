"""``cnn-engine evaluate``."""

import argparse
import json
from math import isfinite
from pathlib import Path

from engine.commands import options
from engine.commands.failures import tell_of_data
from engine.commands.progress import Bar
from engine.data import catalogue
from engine.data.appearance import Appearance
from engine.evaluation import evaluate
from engine.files.project import open_project
from engine.files.weights import trained_model
from engine.trainable import check_measurable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="FILE.cnn", type=Path, help="a project with a trained network")
    options.add_data(parser)
    options.add_threads(parser)
    options.add_json(parser, "one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Measure the network on the test images of the data and print accuracy and loss, the one it was trained by."""
    project = open_project(arguments.file)
    dataset = catalogue.load(arguments.data or project.data_source)
    model = trained_model(project.architecture, project.input_shape, project.weights)
    check_measurable(model, dataset, project.settings.loss)
    remarks = (*dataset.remarks, *Appearance.of(dataset.train.images).remarks(project.appearance))
    tell_of_data(remarks)
    with Bar(len(dataset.test), "images") as bar:
        loss, accuracy = evaluate(model, dataset.test, options.threads(arguments), project.settings.loss, bar.advance)
    if arguments.json:
        figures = {"test_loss": loss if isfinite(loss) else None, "test_accuracy": accuracy}
        named = {"loss": project.settings.loss, "data": dataset.name, "remarks": list(remarks)}
        print(json.dumps({**figures, "images": len(dataset.test), **named}, allow_nan=False))
    else:
        print(
            f"{accuracy:.2%} of {len(dataset.test):,} test images correct, {project.settings.loss} {loss:.4f}"
            f" ({dataset.name})"
        )
    return 0
