"""``cnn-engine race``."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from engine import presets, race
from engine.commands import options
from engine.commands.check import FAILED
from engine.commands.progress import Bar
from engine.data import catalogue
from engine.data.dataset import pixels
from engine.errors import BadInputError
from engine.layer import Array
from engine.presets import Preset
from engine.race import LOOPS, LOSS_TOLERANCE, WAY_TOLERANCE, Course, Lap, Race
from engine.schema import Param

PRESET = "lenet5"
BATCH = Param("batch_size", 8, "Batch size", "Images per step", ge=1, le=512)
STEPS = Param("steps", 3, "Steps", "Mini-batches that each backend trains on", ge=1, le=20)
NAMES = {"reference": "naive loops", "im2col": "im2col", "fast": "fast path"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    options.add_preset(parser, default=PRESET)
    options.add_number(parser, BATCH)
    options.add_number(parser, STEPS)
    options.add_seed(parser, "Start of the random numbers: weights and choice of images.")
    options.add_json(parser, "one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Train the same steps on each backend, print how long each took, and return FAILED where they disagree."""
    preset = presets.load(arguments.preset)
    rng = np.random.default_rng(arguments.seed)
    batches, what = _batches(preset, arguments.batch_size, arguments.steps, rng)
    course = Course(preset.architecture, preset.input_shape, replace(preset.settings, seed=arguments.seed), batches)
    with Bar(len(course.shortened().batches), "steps of the loops") as bar:
        result = race.race(course, bar.advance)
    if arguments.json:
        print(json.dumps({"preset": preset.name, "seed": arguments.seed, "data": what, **as_values(result)}))
    else:
        print(f"{preset.title}, {what}, {preset.settings.optimizer}, one core", *table(result), sep="\n")
    return 0 if result.agrees else FAILED


def _batches(
    preset: Preset, size: int, steps: int, rng: np.random.Generator
) -> tuple[list[tuple[Array, Array]], str]:
    """Return mini-batches of the data that the preset is meant for, and its name; random pixels where none ships."""
    try:
        dataset = catalogue.load(preset.source)
    except BadInputError:
        classes = presets.summary_of(preset)
        return [(rng.random((size, *preset.input_shape), np.float32), rng.integers(0, classes, size)) for _ in range(steps)], "x"
    raise NotImplementedError
