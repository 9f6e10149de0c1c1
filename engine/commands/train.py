"""``cnn-engine train``."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from engine import presets
from engine.commands import options
from engine.commands.codes import DIVERGED
from engine.commands.interrupts import held_back
from engine.commands.progress import Bar
from engine.commands.report import JsonReport, TableReport
from engine.data import catalogue
from engine.divergence import DivergedError
from engine.errors import BadInputError
from engine.files import atomic, checkpoint
from engine.files.project import Project, save
from engine.files.weights import weights_of
from engine.history import EpochResult, History
from engine.layers.plain import FAST
from engine.model import Model
from engine.trainer import Event, StepResult, Trainer
from engine.words import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    network = parser.add_mutually_exclusive_group()
    options.add_preset(network)
    about = "go on with a run that --checkpoint saved, with its settings and its data, and go on saving it there"
    network.add_argument("--resume", metavar="FILE.cnn-run", type=Path, help=about)
    options.add_data(parser, meant="what ships of the preset's data, or what the resumed run had,")
    options.add_settings(parser)
    options.add_threads(parser)
    options.add_backend(parser)
    about = "save the run after each epoch and when it is interrupted, so that --resume can go on with it"
    parser.add_argument("--checkpoint", metavar="FILE.cnn-run", type=Path, help=about)
    parser.add_argument("--out", metavar="FILE.cnn", type=Path, help="save the trained network as a project")
    options.add_json(parser, "one JSON object a line and epoch, and a final one")


def run(arguments: argparse.Namespace) -> int:
    """Train, report and save; return DIVERGED where numbers ran away. Ctrl+C saves what was learned so far."""
    if not arguments.preset and not arguments.resume:
        raise BadInputError("No network is named; give --preset NAME, or --resume FILE.cnn-run to go on with a run.")
    arguments.checkpoint = arguments.checkpoint or arguments.resume
    _check_files(arguments)
    trainer, source = _resumed(arguments) if arguments.resume else _started(arguments)
    report = JsonReport() if arguments.json else TableReport()
    with held_back() as interrupts:
        code = _train(trainer, source, arguments.checkpoint, report, interrupts)
        if arguments.out:
            save(arguments.out, _project(trainer, source))
    if code:
        return code
    if interrupts:
        _tell_interrupted(arguments, trainer.history, trainer.steps)
        raise KeyboardInterrupt
    report.finish(trainer.history, arguments.out)
    return 0


def _check_files(arguments: argparse.Namespace) -> None:
    """Raise BadInputError or OSError where what is asked for cannot be written; nothing is, yet."""
    files = [file for file in (arguments.checkpoint, arguments.out) if file]
    if len({file.absolute() for file in files}) < len(files):
        raise BadInputError(f"--checkpoint and --out are both {files[0]}; the one would replace the other.")
    for file in files:
        atomic.check_writable(file)


def _train(
    trainer: Trainer, source: str, file: Path | None, report: JsonReport | TableReport, interrupts: Sequence[int]
) -> int:
    """Train to the end, or until there are *interrupts*; save the run to *file* after each epoch and then.

    Returns 0, or DIVERGED where numbers ran away, and says so.
    """
    try:
        with closing(trainer.run()) as events, Bar(trainer.steps, "steps") as bar:
            for event in events:
                _show(event, report, bar)
                if file and (interrupts or isinstance(event, EpochResult)):
                    checkpoint.save(file, _project(trainer, source), trainer.state())
                if interrupts:
                    break
    except DivergedError as error:
        print(f"cnn-engine: {error}", file=sys.stderr)
        return DIVERGED
    return 0


def _show(event: Event, report: JsonReport | TableReport, bar: Bar) -> None:
    """Report *event*, and let the bar follow the steps."""
    if isinstance(event, StepResult):
        speed = f"{event.images_per_second:,.0f} images/s"
        bar.reach(event.step, f"epoch {event.epoch}, loss {event.loss:.4f}, {speed}")
    elif isinstance(event, EpochResult):
        bar.clear()
        report.show(event)


def _started(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """Return what trains the preset, with an output for each class of the data, and the data's source."""
    preset = presets.load(arguments.preset)
    source = arguments.data or preset.source
    dataset, settings = catalogue.load(source), options.settings(arguments, preset.settings)
    architecture, rng = presets.fitted(preset, dataset), np.random.default_rng(settings.seed)
    model = Model.build(architecture, dataset.image_shape, rng, backend=arguments.backend or FAST)
    trainer = Trainer(model, dataset, settings, arguments.threads)
    if architecture != preset.architecture:
        classes = f"{len(dataset.class_names)} units, one for each class of {dataset.name}"
        print(f"The last dense layer now has {classes}.", file=sys.stderr)
    return trainer, source


def _resumed(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """Return what goes on with a saved run, and the source of its data."""
    project, state = checkpoint.load(arguments.resume)
    source = arguments.data or project.data_source
    backend, rng = arguments.backend or state.backend, np.random.default_rng(0)
    model = Model.build(project.architecture, project.input_shape, rng, backend=backend)
    settings = options.settings(arguments, state.settings)
    return Trainer.resume(model, catalogue.load(source), settings, state, arguments.threads), source


def _project(trainer: Trainer, source: str) -> Project:
    """Return what *trainer* trained on the data *source*."""
    model = trainer.model
    return Project(
        model.architecture, trainer.settings, model.input_shape, trainer.dataset.class_names,
        catalogue.lasting(source), weights_of(model), trainer.history, trainer.appearance,
    )  # fmt: skip


def _tell_interrupted(arguments: argparse.Namespace, history: History, steps: int) -> None:
    """Say how far the run got, and what is left of it."""
    reached = f"after {history.steps:,} of {counted(steps, 'step')}"
    if history.epochs:
        last = history.epochs[-1]
        reached += f", test accuracy {last.test_accuracy:.2%} after epoch {last.epoch}"
    kept = [f"what was learned is in {arguments.out}"] if arguments.out else []
    kept += [f"--resume {arguments.checkpoint} goes on with the run"] if arguments.checkpoint else []
    lost = "nothing was saved: --checkpoint FILE.cnn-run lets a run go on later, and --out FILE.cnn keeps the network"
    print(f"cnn-engine: interrupted {reached}; {', and '.join(kept) or lost}.", file=sys.stderr)
