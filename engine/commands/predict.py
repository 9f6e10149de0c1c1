"""``cnn-engine predict``."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import resources
from engine.commands import options
from engine.commands.codes import BAD_INPUT
from engine.data import catalogue
from engine.data.appearance import Appearance, Placing
from engine.data.image import read_drawing, read_photo
from engine.errors import BadInputError
from engine.files.failures import told as told_failure
from engine.files.project import Project, open_project
from engine.files.weights import trained_model
from engine.model import Model

DRAWING, PHOTO, SHOWN = "drawing", "photo", 3  # best classes
KINDS = (DRAWING, PHOTO)
_PLACES = {
    Placing.MASS: "scaled to one size and centred by mass",
    Placing.BOX: "scaled to one size and centred",
    Placing.FREE: "the whole sheet",
    Placing.PHOTO: "the whole sheet",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "images", metavar="IMAGE", type=Path, nargs="+", help="a PNG, JPEG, WebP, GIF, BMP, TIFF or PPM"
    )
    about = "a project with a trained network; the LeNet-5 that ships if not given"
    parser.add_argument("--network", metavar="FILE.cnn", type=Path, help=about)
    about = (
        "how pictures are prepared. drawing: one digit or the like, dark on light or light on dark, which the picture"
        " itself tells, with the ink, the paper and the place that drawings have in the training images; photo: the"
        " middle, scaled. If not given, as the project says of its training images"
    )
    parser.add_argument(
        "--as", dest="kind", metavar="|".join(KINDS), type=options.one_of(KINDS), choices=KINDS, help=about
    )
    options.add_json(parser, "one JSON object a line and picture")


def run(arguments: argparse.Namespace) -> int:
    """Print what the network sees in each picture; one that cannot be used is told, and the others go on."""
    project = open_project(arguments.network or resources.path("models", "lenet5.cnn"))
    model = trained_model(project.architecture, project.input_shape, project.weights)
    if model.output_shape != (len(project.class_names),):
        raise BadInputError("The network does not end with one value for each class; train it first.")
    if project.appearance is None and arguments.kind != PHOTO:
        project = replace(project, appearance=measured(project))
    code, told_how = 0, arguments.json
    look = project.appearance or Appearance.assumed(project.input_shape)
    for path in arguments.images:
        try:
            answer = predicted(model, project, path, arguments.kind)
            if not told_how:
                print(way(project, look, answer["as"], arguments.kind is None), file=sys.stderr)
                told_how = True
        except (BadInputError, OSError) as error:
            text = told_failure(error, path) if isinstance(error, OSError) else str(error)
            print(f"cnn-engine: {text}", file=sys.stderr)
            code = BAD_INPUT
        else:
            print(json.dumps(answer, ensure_ascii=False) if arguments.json else told(answer), flush=True)
    return code


def measured(project: Project) -> Appearance | None:
    """Return how the training images of *project* look, which an older file does not say; None where they are gone."""
    try:
        dataset = catalogue.load(project.data_source)
    except (BadInputError, OSError):
        return None
    fits = dataset.image_shape == project.input_shape
    return Appearance.of(dataset.train.images) if fits else None


def predicted(model: Model, project: Project, path: Path, kind: str | None = None) -> dict[str, Any]:
    """Return the file, its class, and the best classes with their probability.

    What a network puts out whose last layer gives no probabilities is called "output" in the place of "probability".
    """
    shape, look = project.input_shape, project.appearance or Appearance.assumed(project.input_shape)
    assumed = kind is None and project.appearance is None
    kind = kind or (DRAWING if look.drawn else PHOTO)
    x = read_drawing(path, shape, look) if kind == DRAWING else read_photo(path, shape)
    with np.errstate(all="ignore"):
        values = model.forward(x[None])[0]
    if not np.isfinite(values).all():
        raise BadInputError(f"{path.name}: the network's output is not a number; train it again.")
    word = "probability" if project.architecture.layers[-1].config.gives_probabilities else "output"
    best = np.argsort(-values, kind="stable")[:SHOWN]
    top = [{"class": project.class_names[k], word: float(values[k])} for k in best]
    prepared = {"as": kind, "paper": "light" if look.light_paper else "dark", "placing": look.placing.value}
    told_how = {**(prepared if kind == DRAWING else {"as": kind}), **({"assumed": True} if assumed else {})}
    return {"file": str(path), **top[0], **told_how, "top": top}


def way(project: Project, look: Appearance, kind: str, by_itself: bool) -> str:
    """Return in a sentence how pictures are prepared, and, where that was found *by_itself*, by what."""
    if kind == DRAWING:
        ink, paper = ("dark", "light") if look.light_paper else ("light", "dark")
        text = f"Each picture is prepared as a drawing: {ink} ink on {paper} paper, {_PLACES[look.placing]}"
    else:
        channels, height, width = project.input_shape
        colours = "in colour" if channels == 3 else "in grey"
        text = f"Each picture is prepared as a photograph: its middle {colours}, scaled to {height} × {width}"
    if not by_itself:
        return f"{text}."
    if project.appearance is not None:
        return f"{text}, as in the training images."
    other = PHOTO if kind == DRAWING else DRAWING
    return f"{text}. The project does not say how its training images look; if that is wrong, use --as {other}."


def told(answer: Mapping[str, Any]) -> str:
    """Return the answer as a line for a person: 'seven.png: 7 (98.3 %), then 1 (1.2 %), 9 (0.3 %)'."""
    first, *others = (
        f"{each['class']} " + (f"({each['probability']:.1%})" if "probability" in each else f"({each['output']:.3g})")
        for each in answer["top"]
    )
    return f"{answer['file']}: {first}" + (f", then {', '.join(others)}" if others else "")
