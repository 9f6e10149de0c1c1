"""``cnn-engine train``."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from math import inf
from pathlib import Path
from time import monotonic

import numpy as np

from engine import memory, presets
from engine.commands import options
from engine.commands.codes import BAD_INPUT, DIVERGED, of_signal
from engine.commands.failures import tell, tell_of_data
from engine.commands.interrupts import held_back
from engine.commands.progress import Bar
from engine.commands.report import JsonReport, TableReport
from engine.data import catalogue
from engine.divergence import DivergedError
from engine.errors import BadInputError
from engine.files import atomic, checkpoint
from engine.files.failures import told
from engine.files.project import Project, save
from engine.files.weights import weights_of
from engine.history import EpochResult
from engine.layers.plain import FAST
from engine.model import Model
from engine.trainer import Diverging, Event, StepResult, Trainer
from engine.words import counted

RETRY = 30.0  # s between two attempts to save a run, after one that failed


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
    """Train, report and save; return DIVERGED where numbers ran away.

    A signal ends the run between two steps. However it ends, but by a second Ctrl+C, what was learned is kept.
    """
    if not arguments.preset and not arguments.resume:
        raise BadInputError("No network is named; give --preset NAME, or --resume FILE.cnn-run to go on with a run.")
    arguments.checkpoint = arguments.checkpoint or arguments.resume
    _check_files(arguments)
    trainer, source = _resumed(arguments) if arguments.resume else _started(arguments)
    tell_of_data(trainer.dataset.remarks)
    report = JsonReport(trainer.dataset.remarks) if arguments.json else TableReport()
    keeper = Keeper(trainer, source, arguments.checkpoint, arguments.out)
    with held_back(trainer.abandon_step) as asked:
        try:
            code = _train(trainer, keeper, report, asked)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            if not (asked and isinstance(error, ChildProcessError)):  # else the helpers had the signal too, or hung
                _keep_after(error, keeper)
                raise
            code = 0
            keeper.keep_run()
        keeper.keep_network()
    if asked:
        tell(f"interrupted {keeper.reached()}; {keeper.kept()}.")
        return of_signal(asked[0])
    if not code:
        report.finish(trainer.history, keeper.network)
    return code or keeper.code


def _keep_after(error: BaseException, keeper: "Keeper") -> None:
    """Keep all that was learned before *error*, and say where, unless nobody reads what this prints."""
    keeper.keep_run()
    keeper.keep_network()
    if not isinstance(error, BrokenPipeError):
        tell(f"ended {keeper.reached()}; {keeper.kept()}.")


def _check_files(arguments: argparse.Namespace) -> None:
    """Raise BadInputError or OSError where what is asked for cannot be written; nothing is, yet."""
    files = [file for file in (arguments.checkpoint, arguments.out) if file]
    if len({file.absolute() for file in files}) < len(files):
        raise BadInputError(f"--checkpoint and --out are both {files[0]}; the one would replace the other.")
    for file in files:
        atomic.check_writable(file)


def _train(trainer: Trainer, keeper: "Keeper", report: JsonReport | TableReport, asked: Sequence[int]) -> int:
    """Train to the end, or until a signal has *asked* for it; keep the run after each epoch and then.

    Returns 0, or DIVERGED where numbers ran away, and says so.
    """
    try:
        with closing(trainer.run()) as events, Bar(trainer.steps, "steps") as bar:
            for event in events:
                _show(event, report, bar)
                if isinstance(event, Diverging):
                    raise trainer.give_up(event.what)
                if asked or isinstance(event, EpochResult) or keeper.due:
                    keeper.keep_run()
                if asked:
                    break
    except DivergedError as error:
        tell(str(error))
        return DIVERGED
    return 0


def _show(event: Event, report: JsonReport | TableReport, bar: Bar) -> None:
    """Report *event*, and let the bar follow the steps."""
    if isinstance(event, StepResult):
        speed = f"{event.images_per_second:,.0f} images/s"
        bar.reach(event.step, f"epoch {event.epoch}, loss {event.loss:.4f}, {speed}")
    elif isinstance(event, EpochResult):
        bar.clear()
        try:
            report.show(event)
        except BrokenPipeError:
            raise
        except OSError as error:  # the disk that the output goes to is full: no reason to stop learning
            tell(f"Epoch {event.epoch} could not be printed: {told(error)}")


class Keeper:
    """Keeps what a run has learned in its files, and elsewhere where that fails.

    Attributes:
        network: the file that the network is in; None before ``keep_network``, and where there is none.
        code: of the command: 0, or BAD_INPUT where something could not be kept in its place.
    """

    def __init__(self, trainer: Trainer, source: str, run_file: Path | None, out: Path | None) -> None:
        self._trainer, self._source, self._run_file, self._out = trainer, source, run_file, out
        self.network: Path | None = None
        self._run_step: int | None = None  # of the run, as it is in its file
        self._retry = inf  # when to try again
        self._network_failed = False

    @property
    def code(self) -> int:
        return BAD_INPUT if self._network_failed or self._retry < inf else 0

    @property
    def due(self) -> bool:
        """Whether it is time to try again to save the run, which failed the last time."""
        return monotonic() >= self._retry

    def keep_run(self) -> None:
        """Save the run to its file, if it has one; where that fails, say so once, and be due again in a while."""
        if self._run_file is None:
            return
        try:
            checkpoint.save(self._run_file, _project(self._trainer, self._source), self._trainer.state())
        except (OSError, MemoryError) as error:
            if self._retry == inf:
                tell(f"The run could not be saved: {_told(error)} It goes on, and saving it is tried again.")
            self._retry = monotonic() + RETRY
        else:
            if self._retry < inf:
                tell(f"The run could be saved again, in {self._run_file}.")
            self._run_step, self._retry = self._trainer.history.steps, inf

    def keep_network(self) -> None:
        """Save the network to --out, if that is given, or to another folder where that fails, and say so."""
        if self._out is None:
            return
        try:
            save(self._out, _project(self._trainer, self._source))
            self.network = self._out
        except (OSError, MemoryError) as error:
            self._network_failed = True
            self.network = next(filter(None, map(self._saved_in, self._other_folders())), None)
            tell(_told(error) + (f" The network is in {self.network} instead." if self.network else ""))

    def _other_folders(self) -> Iterator[Path]:
        """Yield where else the network could be kept; the last one is on another disk, usually, and new."""
        tried = {self._out and self._out.absolute().parent}
        for folder in (self._run_file and self._run_file.absolute().parent, Path.cwd(), Path.home()):
            if folder is not None and folder not in tried:
                tried.add(folder)
                yield folder
        with suppress(OSError):
            yield (own := Path(tempfile.mkdtemp(prefix="cnn-engine-")))
            own.rmdir()  # asked for more: nothing could be saved there

    def _saved_in(self, folder: Path) -> Path | None:
        """Save the network in *folder* under a name that no file has; return it, or None where that fails."""
        assert self._out is not None
        names = (f"{self._out.stem}{suffix}.cnn" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
        try:
            path = next(folder / name for name in names if not os.path.lexists(folder / name))
            save(path, _project(self._trainer, self._source))
        except (OSError, MemoryError, StopIteration):
            return None
        return path

    def reached(self) -> str:
        """Return how far the run got: 'after 5 of 16 steps'."""
        history = self._trainer.history
        reached = f"after {history.steps:,} of {counted(self._trainer.steps, 'step')}"
        if history.epochs:
            last = history.epochs[-1]
            reached += f", test accuracy {last.test_accuracy:.2%} after epoch {last.epoch}"
        return reached

    def kept(self) -> str:
        """Return where what was learned is, or that it is nowhere and how to keep it another time."""
        kept = [f"what was learned is in {self.network}"] if self.network else []
        if self._run_step is not None and self._run_file is not None and self._run_file.is_file():
            past = "" if self._retry == inf else f" after step {self._run_step:,}, since when it could not be saved"
            kept.append(f"--resume {self._run_file} goes on with the run{past}")
        if self._out or self._run_file:
            return ", and ".join(kept) or "nothing could be saved"
        return (
            "nothing was saved: --checkpoint FILE.cnn-run lets a run go on later, and --out FILE.cnn keeps the network"
        )


def _told(error: OSError | MemoryError) -> str:
    return told(error) if isinstance(error, OSError) else "There is not enough memory."


def _started(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """Return what trains the preset, with an output for each class of the data, and the data's source."""
    preset = presets.load(arguments.preset)
    source = arguments.data or preset.source
    dataset, settings = catalogue.load(source), options.settings(arguments, preset.settings)
    architecture, rng = presets.fitted(preset, dataset), np.random.default_rng(settings.seed)
    threads = options.threads(arguments)
    memory.check_fits(architecture, dataset.image_shape, settings, threads, len(dataset.train))
    model = Model.build(architecture, dataset.image_shape, rng, backend=arguments.backend or FAST)
    trainer = Trainer(model, dataset, settings, threads)
    if architecture != preset.architecture:
        classes = f"{len(dataset.class_names)} units, one for each class of {dataset.name}"
        print(f"The last dense layer now has {classes}.", file=sys.stderr)
    return trainer, source


def _resumed(arguments: argparse.Namespace) -> tuple[Trainer, str]:
    """Return what goes on with a saved run, and the source of its data."""
    project, state = checkpoint.load(arguments.resume)
    source = arguments.data or project.data_source
    backend, rng = arguments.backend or state.backend, np.random.default_rng(0)
    settings, threads = options.settings(arguments, state.settings), options.threads(arguments, state.threads)
    dataset = catalogue.load(source)
    memory.check_fits(project.architecture, project.input_shape, settings, threads, len(dataset.train))
    model = Model.build(project.architecture, project.input_shape, rng, backend=backend)
    return Trainer.resume(model, dataset, settings, state, threads), source


def _project(trainer: Trainer, source: str) -> Project:
    """Return what *trainer* trained on the data *source*."""
    model, figures_of = trainer.model, "run" if trainer.taken_back is not None else ""
    return Project(
        model.architecture, trainer.settings, model.input_shape, trainer.dataset.class_names,
        catalogue.lasting(source), weights_of(model), trainer.history, trainer.appearance, figures_of,
    )  # fmt: skip
