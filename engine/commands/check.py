"""``cnn-engine check``."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isnan
from typing import Any

import numpy as np

from engine.commands import network, options
from engine.commands.network import Network
from engine.commands.progress import Bar
from engine.errors import BadInputError
from engine.files import weights
from engine.gradcheck import TOLERANCE, ArrayCheck, GradientReport, check_model
from engine.model import Model
from engine.schema import Param
from engine.shapes import first_problem, infer_shapes

FAILED = 4
IMAGES = 4  # more than one, so that batch normalisation has something to normalise
SAMPLES = Param("samples", 20, "Samples", "Cells of each array that are checked, drawn at random", ge=1, le=10**6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    network.add_arguments(parser)
    options.add_number(parser, SAMPLES)
    options.add_seed(parser, "Start of the random numbers: a preset's weights, images, labels and cells.")
    options.add_json(parser, "one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Compare every gradient of the network, as it is trained, with central differences; return FAILED if one is off."""
    chosen, rng = network.chosen(arguments), np.random.default_rng(arguments.seed)
    model = _model(chosen, rng)
    x, labels = rng.random((IMAGES, *chosen.input_shape)), rng.integers(0, model.output_shape[0], IMAGES)
    arrays = 1 + sum(map(len, model.new_gradients().layers))
    with Bar(arrays, "arrays") as bar:
        report = check_model(model, x, labels, rng, samples=arguments.samples, loss=chosen.settings.loss, told=bar.advance)
    if arguments.json:
        print(json.dumps(as_values(chosen, report), allow_nan=False))
    else:
        print(chosen.title, *table(report), sep="\n")
    return 0 if report.passed else FAILED


def _model(chosen: Network, rng: np.random.Generator) -> Model:
    """Return the network with the weights of its project, where there are any that fit, or with fresh ones."""
    infos = infer_shapes(chosen.architecture, chosen.input_shape)
    if not infos:
        raise BadInputError("The network has no layers; insert some, and Softmax as the last.")
    classes = (infos[-1].output or (0,))[0]
    if problem := first_problem(infer_shapes(chosen.architecture, chosen.input_shape, classes, chosen.settings.loss)):
        raise BadInputError(f"Layer {problem[0] + 1} ({infos_label(chosen, problem[0])}) cannot work. {problem[1]}")
    model = Model.build(chosen.architecture, chosen.input_shape, rng)
    if chosen.project:
        weights.restore(model, chosen.project.weights)
    return model


def infos_label(chosen: Network, position: int) -> str:
    return chosen.architecture.layers[position].type.label


def as_values(chosen: Network, report: GradientReport) -> dict[str, Any]:
    """Return the whole report as plain values for JSON; what could not be compared has the error None."""
    arrays = [{**asdict(a), "error": _number(a.error), "passed": a.passed} for a in report.arrays]
    worst = _worst(report)
    named = {"title": chosen.title, "passed": report.passed, "tolerance": TOLERANCE}
    return named | {"largest_error": _number(worst.error), "where": worst.name, "at": worst.index, "arrays": arrays}


def table(report: GradientReport) -> Iterator[str]:
    """Yield a line for each array, and one that sums up."""
    yield _row("", "gradient of", "rel. error", "at", "backward", "difference", "compared", "kinks")
    for a in report.arrays:
        yield _row(
            "ok" if a.passed else "FAIL", a.name, f"{a.error:.1e}", ",".join(map(str, a.index)), f"{a.analytic:.6g}",
            f"{a.numeric:.6g}", str(a.compared), str(a.kinks),
        )  # fmt: skip
    worst, verdict = _worst(report), "right" if report.passed else "wrong"
    yield (
        f"The gradients are {verdict}: the largest relative error, of {worst.name} at {worst.index}, is {worst.error:.1e},"
        f" and {TOLERANCE:g} is allowed."
    )


def _worst(report: GradientReport) -> ArrayCheck:
    """Return the array with the largest error; one that could not be compared at all is worse than any."""
    return max(report.arrays, key=lambda a: (isnan(a.error), 0 if isnan(a.error) else a.error))


def _number(value: float) -> float | None:
    return None if isnan(value) else value


def _row(verdict: str, name: str, error: str, place: str, analytic: str, numeric: str, compared: str, kinks: str) -> str:
    return f"{verdict:<5}{name:<32}{error:>10}  {place:<14}{analytic:>13}{numeric:>13}{compared:>10}{kinks:>7}"
