"""The open project: its design, and what follows from it, its data, weights and file."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnn_gui.commands import Design, SwapLearned
from cnn_gui.editable_design import EditableDesign
from cnn_gui.fault_switches import FaultSwitches
from cnn_gui.network import Learned, Network
from cnn_gui.open_file import OpenFile
from cnn_gui.project_data import ProjectData
from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.files.project import Project
from engine.history import History
from engine.model import Model
from engine.shapes import LayerInfo, Problem, first_problem
from engine.trace.tracer import Tracer
from engine.watch import Watch


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

    Thread: the GUI's.
    """

    architecture_changed = Signal(object, object)
    weights_changed = Signal()
    data_changed = Signal()
    settings_changed = Signal()
    history_replaced = Signal()

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
    def last_update(self) -> np.ndarray | None:
        """(P,): what the last step of training added to each weight; None where that is not known."""
        return self._network.last_update

    @property
    def problem(self) -> Problem | None:
        """Why the network cannot be trained, or None."""
        if not self.architecture.layers:
            return Problem(self.tr("The network has no layers."), self.tr("Drag one into it, or choose a preset."))
        found = first_problem(self.infos)
        return found[1] if found else None

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
        self.weights_changed.emit()

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

    # The whole as a value.

    def project(self) -> Project:
        """Return everything as a value that a file can hold."""
        data, network = self.data, self._network
        weights = network.weights(self.architecture, data.input_shape)
        return Project(
            self.architecture, self.settings, data.input_shape, data.class_names, data.source, weights,
            self.history.copy(), data.appearance,
        )  # fmt: skip

    def show_project(self, project: Project, path: Path | None) -> None:
        """Open *project* in the place of this one; the undo stack starts empty."""
        old = self.architecture
        self.faults.clear()
        self.architecture, self.settings = project.architecture, project.settings
        self.data = ProjectData(
            project.data_source, project.input_shape, project.class_names, appearance=project.appearance
        )
        self._network, self.watch = Network.of(project), Watch()
        self.undo_stack.clear()
        self._build()
        self.faults.keep(self.architecture)
        self.select("")
        self.architecture_changed.emit(old, self.architecture)
        self.data_changed.emit()
        self.settings_changed.emit()
        self.history_replaced.emit()
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
        self.weights_changed.emit()

    def _swap_learned(self, learned: Learned) -> Learned:
        before = self._network.swap(learned)
        if before is not learned:
            self.history_replaced.emit()
            self.weights_changed.emit()
        return before

    def _build(self) -> None:
        self._network.build(self.architecture, self.data, self.settings)

    def _on_clean_changed(self, clean: bool) -> None:
        self.file.tell_modified()

    def _on_faults_changed(self) -> None:
        self._network.set_faults(self.faults.chosen)
