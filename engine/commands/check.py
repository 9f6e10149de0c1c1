"""``cnn-engine check``."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from math import isfinite, isnan
from typing import Any

import numpy as np

from engine.commands import network, options
from engine.commands.codes import FAILED
from engine.commands.network import Network
from engine.commands.progress import Bar
from engine.errors import BadInputError
from engine.files import weights
from engine.gradcheck import check_model
from engine.gradreport import TOLERANCE, ArrayCheck, GradientReport
from engine.model import Model
from engine.schema import Param
from engine.shapes import first_problem, infer_shapes

IMAGES = 4  # more than one, so that batch normalisation has something to normalise
SAMPLES = Param("samples", 20, "Samples", "Cells of each array that are checked, drawn at random", ge=1, le=10**6)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    network.add_arguments(parser)
    options.add_number(parser, SAMPLES)
    options.add_seed(parser, "Start of the random numbers: a preset's weights, images, labels and cells.")
    options.add_json(parser, "one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Compare every gradient of the network as it is trained with central differences; return FAILED if one is off."""
    chosen, rng = network.chosen(arguments), np.random.default_rng(arguments.seed)
    model = _model(chosen, rng)
    x, labels = rng.random((IMAGES, *chosen.input_shape)), rng.integers(0, model.output_shape[0], IMAGES)
    cells = _cells(model, x.size, arguments.samples)
    with Bar(cells, "cells") as bar:
        report = check_model(
            model, x, labels, rng, samples=arguments.samples, loss=chosen.settings.loss,
            told=lambda share: bar.reach(round(share * cells)),
        )  # fmt: skip
    if arguments.json:
        print(json.dumps({"title": chosen.title, **as_values(report)}, allow_nan=False))
    else:
        print(chosen.title, *table(report), sep="\n")
    return 0 if report.passed else FAILED


def _model(chosen: Network, rng: np.random.Generator) -> Model:
    """Return the network with the weights of its project, where there are any that fit, or with fresh ones."""
    model = Model.build(chosen.architecture, chosen.input_shape, rng)
    if not model.layers:
        raise BadInputError("The network has no layers; insert some, and Softmax as the last.")
    infos = infer_shapes(chosen.architecture, chosen.input_shape, model.output_shape[0], chosen.settings.loss)
    if problem := first_problem(infos):
        raise BadInputError(str(problem[1]))
    if chosen.project:
        weights.restore(model, chosen.project.weights)
    return model


def _cells(model: Model, pixels: int, samples: int) -> int:
    learned = (view.size for views in model.new_gradients().layers for view in views.values())
    return sum(min(samples, size) for size in (pixels, *learned))


def as_values(report: GradientReport) -> dict[str, Any]:
    """Return the whole report as plain values for JSON; an error that is no number, e.g. of no cell, is None."""
    arrays = [{**asdict(a), **_numbers(a), "passed": a.passed if a.compared else None} for a in report.arrays]
    worst = _worst(report)
    named = {"passed": report.passed, "tolerance": TOLERANCE, "largest_error": _numbers(worst)["error"]}
    return {**named, "where": worst.name, "at": worst.index, "arrays": arrays}


def table(report: GradientReport) -> Iterator[str]:
    """Yield a line for each array, and one that sums up."""
    yield _row("", "gradient of", "rel. error", "at", "backward", "difference", "compared", "kinks")
    for a in report.arrays:
        yield _row(
            ("ok" if a.passed else "FAIL") if a.compared else "-", a.name, f"{a.error:.1e}",
            ",".join(map(str, a.index)), f"{a.analytic:.6g}", f"{a.numeric:.6g}", str(a.compared), str(a.kinks),
        )  # fmt: skip
    if not all(a.compared for a in report.arrays):
        yield "All sampled cells of an array are at kinks, where the derivative is not defined: try more --samples."
    worst, verdict = _worst(report), "correct" if report.passed else "wrong"
    if worst.compared:
        yield (
            f"The gradients are {verdict}: the largest relative error is {worst.error:.1e}, of {worst.name} at"
            f" {worst.index}; {TOLERANCE:g} is allowed."
        )


def _worst(report: GradientReport) -> ArrayCheck:
    """Return the array with the largest error; NaN is larger than any number, and no comparison less than any."""
    return max(report.arrays, key=lambda a: (a.compared > 0, isnan(a.error), 0 if isnan(a.error) else a.error))


def _numbers(a: ArrayCheck) -> dict[str, float | None]:
    return {name: value if isfinite(value := getattr(a, name)) else None for name in ("error", "analytic", "numeric")}


def _row(
    verdict: str, name: str, error: str, place: str, analytic: str, numeric: str, compared: str, kinks: str
) -> str:
    return f"{verdict:<5}{name:<32}{error:>10}  {place:<14}{analytic:>13}{numeric:>13}{compared:>10}{kinks:>7}"
