"""The open project: its design, and what follows from it, its data, weights and file."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from cnn_gui.commands import Design, SwapLearned
from cnn_gui.editable_design import EditableDesign
from cnn_gui.fault_switches import FaultSwitches
from cnn_gui.learned import Basis, Learned, Optimized, Outcome
from cnn_gui.network import Network
from cnn_gui.open_file import OpenFile
from cnn_gui.project_data import ProjectData
from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.files.project import Project
from engine.history import History
from engine.mends import Mend, mends
from engine.model import Model
from engine.settings import TrainingSettings
from engine.shapes import LayerInfo, Problem, first_problem
from engine.trace.tracer import Tracer
from engine.watch import Watch

UNDO_BYTES = 256 * 2**20  # that weights and optimizer states may take which undo can bring back


class _Run(NamedTuple):
    """What there was when a run began: what was learned, and what was known of the file."""

    before: Learned
    touched: bool
    saves: int


class _Diverged(NamedTuple):
    """A run that diverged: the history until its best epoch, where that came back, and its steps on the undo stack."""

    history: History | None
    index: int
    undo_steps: int


class Document(EditableDesign):
    """What a person works on. Views ask it to change, and redraw from its signals.

    Attributes:
        data: the data of the project, read or not.
        file: which one the project is in, and whether it has everything.
        faults: deliberate ones of the gradients; no part of the project.
        watch: what a person observes of the weights while they learn; no part of it either.

    Signals, beside those of an editable design:
        architecture_changed(old, new): after every edit, undo and redo, and where another loss asks for another last
            layer; ``infos`` and ``model`` are up to date.
        weights_changed(): the model's weights are others; history may have grown. It comes after all other signals
            of one change, so that whoever computes then knows the shape of the input already.
        data_changed(): the data, its shape and classes, or what is known of its reading.
        settings_changed(), history_replaced(): as named.
        figures_changed(text): what the history's figures describe is another network, data or loss than what there is
            now, or no longer is; see ``stale_figures``.

    Thread: the GUI's.
    """

    architecture_changed = Signal(object, object)
    weights_changed = Signal()
    data_changed = Signal()
    settings_changed = Signal()
    history_replaced = Signal()
    figures_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data = ProjectData()
        self.file = OpenFile(self.undo_stack, self)
        # Not to the file itself: a stack has a last change when it is destroyed, and then only its owner is deaf.
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self.faults = FaultSwitches(self)
        self.faults.changed.connect(self._on_faults_changed)
        self.watch = Watch()
        self._network = Network(self.settings.seed)
        self._run: _Run | None = None  # while one is open
        self._diverged: _Diverged | None = None  # the last run, where it was taken back
        self._stale_figures = ""

    # What the design amounts to.

    @property
    def infos(self) -> tuple[LayerInfo, ...]:
        """What is known of each layer, problems among it."""
        return self._network.infos

    @property
    def model(self) -> Model | None:
        """Computes with the weights of now; None while the chain cannot work."""
        return self._network.model

    @property
    def tracer(self) -> Tracer | None:
        """Traces a sample through the model and back; None while the chain cannot work."""
        return self._network.tracer

    @property
    def history(self) -> History:
        """The run so far."""
        return self._network.history

    @property
    def stale_figures(self) -> str:
        """What the figures of ``history`` describe, where that is not what there is now: 'before the edit'; else ''."""
        words = {
            "edit": self.tr("before the edit"), "data": self.tr("before the change of data"),
            "loss": self.tr("before the change of the loss"), "run": self.tr("of the run that diverged"),
        }  # fmt: skip
        return words.get(self.figures_of, "")

    @property
    def figures_of(self) -> str:
        """The same as a word of ``engine.files.project.FIGURES_OF``."""
        basis, now, history = self._network.basis, self._basis(), self.history
        if basis is None or not (history.steps or history.epochs):
            return ""
        if basis.other:
            return basis.other
        if basis.architecture != now.architecture:
            return "edit"
        if basis.data_source != now.data_source:
            return "data"
        return "loss" if basis.loss != now.loss else ""

    @property
    def optimizer_time(self) -> int:
        """How many steps the optimizer of the next run has done already."""
        optimizer = self._network.optimizer_for(self.settings.optimizer)
        return int(optimizer["time"]) if optimizer else 0

    @property
    def last_update(self) -> np.ndarray | None:
        """(P,): what the last step of training added to each weight; None where that is not known."""
        return self._network.last_update

    @property
    def problem(self) -> Problem | None:
        """Why the network cannot be trained, or None."""
        if not self.architecture.layers:
            return Problem(self.tr("The network has no layers."), self.tr("Drag a layer into it, or choose a preset."))
        found = first_problem(self.infos)
        return found[1] if found else None

    @property
    def obstacle(self) -> str:
        """``problem`` in words, after the title of the layer that has it where it is one's; '' without any."""
        found = first_problem(self.infos)
        if found is None:
            return str(self.problem or "")
        return f"{self.architecture.title(self.architecture.layers[found[0]].uid)}: {found[1]}"

    def mends(self, uid: str) -> tuple[Mend, ...]:
        """Return what to do about the problem of the layer *uid*: changes that solve it; none where it has none."""
        data = self.data
        return mends(self.architecture, uid, data.input_shape, len(data.class_names), self.settings.loss)

    # Data, weights.

    def await_data(self, source: str) -> None:
        """Say that *source* is being read; data that is there stays until then, but no run begins on it."""
        self.data = self.data.awaiting(source)
        self.data_changed.emit()

    def set_data(self, dataset: Dataset, source: str) -> None:
        """Work on other data; the chain is checked anew against its images and classes."""
        if source != self.data.source:
            self.file.touch()
        learned = self.data.appearance if self.history.steps and source != self.data.source else None
        self.data = ProjectData.of(dataset, source, learned)
        self._build()
        self.data_changed.emit()
        self._tell_figures()
        self.weights_changed.emit()

    def keep_data(self) -> None:
        """Say that the data stays what it is: other data was read, but a person does not want it."""
        self.data = self.data.kept()
        self.data_changed.emit()

    def set_data_problem(self, text: str) -> None:
        """Say that the data cannot be read, and why; data that is there stays."""
        self.data = self.data.after_failure(text)
        self.data_changed.emit()

    def set_weights(self, flat: np.ndarray, update: np.ndarray | None = None) -> None:
        """Take over weights (P,) from a training run, and what its last step added to each where that is known."""
        if self._network.set_weights(flat, update):
            self.file.touch()
            self.weights_changed.emit()

    def reset_weights(self) -> None:
        """Begin anew, as one undo step: initial weights drawn with the seed of the settings, and an empty history."""
        if self.model is not None and not self.refuses_edits():
            fresh = self._network.fresh(self.settings.seed)
            self.undo_stack.push(SwapLearned(self._swap_learned, fresh, self.tr("Reset weights")))
            self._bound_undo()

    # Training.

    def begin_run(self) -> Mapping[str, np.ndarray] | None:
        """Give the network to a training run; return what the optimizer of earlier ones has built up, if any."""
        network, history, file = self._network, self.history, self.file
        assert network.model is not None
        self._run = _Run(network.learned()._replace(history=history.branch()), file.touched, file.saves)
        self._diverged = None
        self.watch.begin(network.model, self.settings, history.steps, self.optimizer_time)
        network.basis = self._basis()
        self.set_locked(True)
        self._tell_figures()
        return network.optimizer_for(self.settings.optimizer)

    def end_run(self, outcome: Outcome | None) -> None:
        """Take the network back from a run, with what it learned: one undo step, and one more for each single step."""
        run, self._run = self._run, None
        assert run is not None
        if outcome is None or self.history.steps == run.before.history.steps:
            self._network.basis, self.file.touched = run.before.basis, run.touched
        else:
            self._take_over(run, outcome)
        self.set_locked(False)
        self.file.tell_modified()
        self._tell_figures()
        self.weights_changed.emit()

    def go_back(self) -> None:
        """Where the last run diverged, let history and figures be those of the weights that were put back."""
        last, self._diverged = self._diverged, None
        if last is None or self.undo_stack.index() != last.index:
            return
        if last.history is not None:
            self._network.history, self._network.basis = last.history, self._basis()
            self._announce_history()
        else:
            for _ in range(last.undo_steps):
                self.undo()

    def _take_over(self, run: "_Run", outcome: Outcome) -> None:
        network, basis, optimizer = self._network, self._basis(), self.settings.optimizer
        assert network.model is not None
        network.set_weights(outcome.parameters, outcome.update)
        network.set_optimizer(optimizer, outcome.optimizer)
        network.basis = basis._replace(other="run" if outcome.diverged else "")
        moments, end = [run.before], self.history.steps
        for mark in outcome.marks:
            if moments[-1].history.steps < mark.history.steps < end:
                built_up = Optimized.of(network.model, optimizer, mark.optimizer)
                moments.append(Learned(mark.parameters, mark.history, basis, built_up))
        ends = [*(moment.history.steps for moment in moments[1:]), end]
        for before, stop in zip(moments, ends, strict=True):
            text = self._run_text(stop - before.history.steps)
            self.undo_stack.push(SwapLearned(self._swap_learned, before, text, done=True))
        if self.file.saves == run.saves:
            self.file.touched = run.touched
        else:  # the file has a moment of the run, which no undo step brings back
            self.file.touched = False
            self.undo_stack.resetClean()
        if outcome.diverged:
            self._diverged = _Diverged(outcome.best_history, self.undo_stack.index(), len(moments))
        self._bound_undo()

    def _run_text(self, steps: int) -> str:
        return self.tr("Training of {0:,} steps").format(steps) if steps > 1 else self.tr("Training step")

    def _bound_undo(self) -> None:
        """Give up the oldest weights that undo keeps where all take too much memory, but never the newest."""
        stack, total, given_up, kept = self.undo_stack, 0, 0, 0
        for command in map(stack.command, reversed(range(stack.count()))):
            if isinstance(command, SwapLearned) and command.other is not None:
                total += command.other.size
                if kept and total > UNDO_BYTES:
                    command.other = None
                    given_up += 1
                else:
                    kept += 1
        if given_up:
            text = self.tr(
                "Undo goes back over the last {0} runs or training steps; older weights were dropped to save memory."
            )
            self.told.emit(text.format(kept))

    def _may_apply(self, command: QUndoCommand) -> bool:
        if not isinstance(command, SwapLearned):
            return True
        if command.other is None:
            self.refused.emit(
                self.tr("“{0}” cannot be undone: its weights were dropped to save memory.").format(command.text())
            )
        elif not self._network.fits(command.other):
            self.refused.emit(
                self.tr("“{0}” cannot be undone or redone with this data: open the data that it had.").format(
                    command.text()
                )
            )
        else:
            return True
        return False

    # The whole as a value.

    def project(self) -> Project:
        """Return everything as a value that a file can hold."""
        data, network = self.data, self._network
        weights = network.weights(self.architecture, data.input_shape)
        return Project(
            self.architecture, self.settings, data.input_shape, data.class_names, data.source, weights,
            self.history.copy(), data.appearance, self.figures_of,
        )  # fmt: skip

    def begin(self, architecture: Architecture, settings: TrainingSettings) -> None:
        """Begin an untitled project with this chain on the present data; the undo stack starts empty."""
        data = self.data
        project = Project(architecture, settings, data.input_shape, data.class_names, data.source)
        self.show_project(project, None, data)

    def show_project(self, project: Project, path: Path | None, data: ProjectData | None = None) -> None:
        """Open *project* in the place of this one; the undo stack starts empty. *data*: its own, if it is read."""
        old = self.architecture
        self.faults.clear()
        self.architecture, self.settings = project.architecture, project.settings
        self.data = data or ProjectData(
            project.data_source, project.input_shape, project.class_names, appearance=project.appearance
        )
        self._network, self.watch, self._diverged = Network.of(project), Watch(), None
        self.undo_stack.clear()
        self._build()
        self.faults.keep(self.architecture)
        self.select("")
        self.architecture_changed.emit(old, self.architecture)
        self.data_changed.emit()
        self.settings_changed.emit()
        self._announce_history()
        self.weights_changed.emit()
        self.file.mark_saved(path)

    def _follow(self, old: Design) -> None:
        another_loss = self.settings.loss != old.settings.loss  # which may ask for another last layer
        rebuilt = self.architecture != old.architecture or another_loss
        if rebuilt:
            self._build()
            self.faults.keep(self.architecture)
        if self.settings != old.settings:
            self.settings_changed.emit()
        if rebuilt:
            self._announce_chain(old.architecture)

    def _announce_chain(self, old: Architecture) -> None:
        if self.selected_spec is None:
            self.select("")
        self.architecture_changed.emit(old, self.architecture)
        if self.architecture != old and self._network.change_history(old, self.architecture):
            self.history_replaced.emit()
        self._tell_figures()
        self.weights_changed.emit()

    def _swap_learned(self, learned: Learned) -> Learned:
        before = self._network.swap(learned)
        if before is not learned:
            if self.model is not None:
                self.watch.forget_after(self.history.steps, self.model)
            self._announce_history()
            self.weights_changed.emit()
        return before

    def _announce_history(self) -> None:
        self.history_replaced.emit()
        self._tell_figures()

    def _basis(self) -> Basis:
        return Basis(self.architecture, self.settings.loss, self.data.source)

    def _tell_figures(self) -> None:
        """Emit ``figures_changed`` where what the figures describe is told with other words than before."""
        if (text := self.stale_figures) != self._stale_figures:
            self._stale_figures = text
            self.figures_changed.emit(text)

    def _build(self) -> None:
        self._network.build(self.architecture, self.data, self.settings)

    def _on_clean_changed(self, clean: bool) -> None:
        self.file.tell_modified()

    def _on_faults_changed(self) -> None:
        self._network.set_faults(self.faults.chosen)
