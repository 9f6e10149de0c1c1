"""``cnn-engine race``."""

import argparse
import json
from collections.abc import Iterator

from engine import presets, race
from engine.commands import options
from engine.commands.codes import FAILED
from engine.commands.progress import Bar
from engine.race import LOSS_TOLERANCE, WAY_TOLERANCE, Lap, Race
from engine.schema import Param
from engine.words import counted

PRESET = "lenet5"
BATCH = Param("batch_size", 32, "Batch size", "Images per step", ge=1, le=512)
STEPS = Param("steps", 3, "Steps", "Mini-batches that are trained on", ge=1, le=20)
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
    course = race.course_of(preset, arguments.batch_size, arguments.steps, arguments.seed)
    with Bar(len(course.shortened(race.LOOPS_WORK).batches), "steps of the loops") as bar:
        result = race.race(course, bar.advance)
    if arguments.json:
        print(json.dumps({"preset": preset.name, "seed": arguments.seed, **result.to_values()}))
    else:
        data = "the bundled digits" if preset.ships else "random pixels"
        print(f"{preset.title}: {preset.settings.optimizer} on {data}, one core", *table(result), sep="\n")
    return 0 if result.agrees else FAILED


def table(result: Race) -> Iterator[str]:
    """Yield a line for each lap, and what they mean."""
    yield _row("", "images", "steps", "seconds", "images/s", "times", "loss off by", "weights off by")
    yield from (_lap(lap, result) for lap in result.laps)
    loops, im2col, fast = result.laps
    yield f"The fast path is {fast.images_per_second / im2col.images_per_second:.1f} times as fast as im2col."
    if (loops.images, len(loops.losses)) != (fast.images, len(fast.losses)):
        yield (
            f"The loops, which are slow, ran {counted(len(loops.losses), 'step')} with the first {loops.images} of each"
            f" {counted(fast.images, 'image')}; they are compared with the fast path over the same images."
        )
    verdict = "agree" if result.agrees else "DISAGREE"
    yield (
        f"The backends {verdict}: losses may be off by {LOSS_TOLERANCE:g} of the largest, weights by {WAY_TOLERANCE:g}"
        " of the way that training moved them."
    )


def _lap(lap: Lap, result: Race) -> str:
    difference = result.differences.get(lap.backend)
    off = (f"{difference.loss:.1e}", f"{difference.weights:.1e}") if difference else ("", "")
    return _row(
        NAMES[lap.backend], str(lap.images), str(len(lap.losses)), f"{lap.seconds:.4f}",
        f"{lap.images_per_second:,.1f}", f"{result.times(lap):,.1f}", *off,
    )  # fmt: skip


def _row(*cells: str) -> str:
    widths = (8, 7, 10, 11, 9, 13, 16)
    return cells[0].ljust(12) + "".join(cell.rjust(width) for cell, width in zip(cells[1:], widths, strict=True))
