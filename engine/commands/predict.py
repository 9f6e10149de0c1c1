"""``cnn-engine predict``."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import resources
from engine.commands import options
from engine.commands.codes import BAD_INPUT
from engine.commands.failures import told as told_failure
from engine.data.image import read_digit, read_photo
from engine.errors import BadInputError
from engine.files.project import Project, open_project
from engine.files.weights import trained_model
from engine.model import Model

DIGIT, PHOTO, SHOWN = "digit", "photo", 3  # best classes
KINDS = (DIGIT, PHOTO)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "images", metavar="IMAGE", type=Path, nargs="+", help="a PNG, JPEG, WebP, GIF, BMP, TIFF or PPM"
    )
    about = "a project with a trained network; the LeNet-5 that ships if not given"
    parser.add_argument("--network", metavar="FILE.cnn", type=Path, help=about)
    about = (
        "how pictures are prepared. digit: one digit, dark on light or light on dark, which the outermost pixels tell,"
        " scaled and centred as MNIST's are; photo: the middle, scaled. If not given: digit where every class has a"
        " name of one character"
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
    code = 0
    for path in arguments.images:
        try:
            answer = predicted(model, project, path, arguments.kind)
        except (BadInputError, OSError) as error:
            text = told_failure(error, path) if isinstance(error, OSError) else str(error)
            print(f"cnn-engine: {text}", file=sys.stderr)
            code = BAD_INPUT
        else:
            print(json.dumps(answer, ensure_ascii=False) if arguments.json else told(answer), flush=True)
    return code


def predicted(model: Model, project: Project, path: Path, kind: str | None = None) -> dict[str, Any]:
    """Return the file, its class, and the best classes with their probability.

    What a network puts out whose last layer gives no probabilities is called "output" in the place of "probability".
    """
    kind = kind or (DIGIT if all(len(name) == 1 for name in project.class_names) else PHOTO)
    x = (read_digit if kind == DIGIT else read_photo)(path, project.input_shape)
    with np.errstate(all="ignore"):
        values = model.forward(x[None])[0]
    if not np.isfinite(values).all():
        raise BadInputError(f"{path.name}: the network's answer is no number; train it again.")
    word = "probability" if project.architecture.layers[-1].config.gives_probabilities else "output"
    best = np.argsort(-values, kind="stable")[:SHOWN]
    top = [{"class": project.class_names[k], word: float(values[k])} for k in best]
    return {"file": str(path), **top[0], "as": kind, "top": top}


def told(answer: Mapping[str, Any]) -> str:
    """Return the answer as a line for a person: 'seven.png: 7 (98.3 %), then 1 (1.2 %), 9 (0.3 %)'."""
    first, *others = (
        f"{each['class']} " + (f"({each['probability']:.1%})" if "probability" in each else f"({each['output']:.3g})")
        for each in answer["top"]
    )
    return f"{answer['file']}: {first}" + (f", then {', '.join(others)}" if others else "")
