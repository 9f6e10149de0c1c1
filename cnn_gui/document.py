"""The open project: what a person can do to it, and who hears of it."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoStack

from cnn_gui.commands import Design, SetDesign, SwapLearned
from cnn_gui.fault_switches import FaultSwitches
from cnn_gui.network import Learned, Network
from cnn_gui.project_data import ProjectData
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.dataset import Dataset
from engine.files.project import Project
from engine.history import History
from engine.layer import LayerConfig
from engine.model import Model
from engine.schema import params_of
from engine.settings import TrainingSettings
from engine.shapes import LayerInfo, Problem, first_problem
from engine.trace.tracer import Tracer
from engine.watch import Watch

UNDO_LIMIT = 500


def open_run() -> Problem:
    """Return why nothing can be edited while a training run owns the network, be it under way or paused."""
    tr = QCoreApplication.translate
    return Problem(tr("Document", "A training run is open."), tr("Document", "Stop it to change the network."))


class Document(QObject):
    """What a person works on. Views ask it to change, and redraw from its signals.

    Attributes:
        architecture, settings: what a person has chosen.
        data: the data of the project, read or not.
        path: the file that the project was opened from or saved to; None for none yet.
        selected: the uid of the selected layer, '' for none.
        locked: true while a training run owns the network; edits are refused then.
        faults: deliberate ones of the gradients; no part of the project.

    Signals:
        architecture_changed(old, new): after every edit, undo and redo, and where another loss asks for another last
            layer; ``infos`` and ``model`` are up to date.
        weights_changed(): the model's weights are others; history may have grown. It comes after all other signals
            of one change, so that whoever computes then knows the shape of the input already.
        data_changed(): the data, its shape and classes, or what is known of its reading.
        settings_changed(), history_replaced(): as named.
        selection_changed(uid): the selected layer, '' for none.
        modified_changed(bool), path_changed(): for the window's title.
        lock_changed(bool): a training run began or ended.
        refused(text): an edit was not possible, and why.

    Thread: the GUI's.
    """

    architecture_changed = Signal(object, object)
    weights_changed = Signal()
    data_changed = Signal()
    settings_changed = Signal()
    history_replaced = Signal()
    selection_changed = Signal(str)
    modified_changed = Signal(bool)
    path_changed = Signal()
    lock_changed = Signal(bool)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self.architecture, self.settings = Architecture(), TrainingSettings()
        self.data = ProjectData()
        self.path: Path | None = None
        self.selected = ""
        self.locked = False
        self.faults = FaultSwitches(self)
        self.faults.changed.connect(self._on_faults_changed)
        self._network = Network(self.settings.seed)
        self._touched = False

    # What follows from that.

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
    def watch(self) -> Watch:
        """What a person observes of the weights while they learn."""
        return self._network.watch

    @property
    def problem(self) -> Problem | None:
        """Why the network cannot be trained, or None."""
        if not self.architecture.layers:
            return Problem(self.tr("The network has no layers."), self.tr("Drag one into it, or choose a preset."))
        found = first_problem(self.infos)
        return found[1] if found else None

    # Edits: each is one undo step.

    def insert(self, position: int, name: str) -> None:
        """Insert a new layer of type *name* before *position* and select it."""
        spec = new_layer(name)
        if self._edit_chain(self.architecture.insert(position, spec), self.tr("Insert {0}").format(spec.type.label)):
            self.select(spec.uid)

    def append(self, name: str) -> None:
        """Add a new layer of type *name* after the selected one, or at the end."""
        spec = self.selected_spec
        self.insert(self.architecture.index(spec.uid) + 1 if spec else len(self.architecture.layers), name)

    def remove(self, uid: str) -> None:
        """Delete the layer *uid* and select its neighbour."""
        position = self.architecture.index(uid)
        label = self.architecture.layers[position].type.label
        if self._edit_chain(self.architecture.remove(uid), self.tr("Delete {0}").format(label)):
            left = self.architecture.layers
            self.select(left[min(position, len(left) - 1)].uid if left else "")

    def move(self, uid: str, position: int) -> None:
        """Move the layer *uid* before what now stands at *position*; nothing happens if that is where it is."""
        label = self.architecture.layers[self.architecture.index(uid)].type.label
        self._edit_chain(self.architecture.move(uid, position), self.tr("Move {0}").format(label))

    def configure(self, uid: str, config: LayerConfig, field: str = "") -> None:
        """Give the layer *uid* another config; quick changes of the same *field* are one undo step."""
        label = self.architecture.layers[self.architecture.index(uid)].type.label
        text = self.tr("Change {0}").format(label)
        self._edit_chain(self.architecture.configure(uid, config), text, f"{uid}.{field}" if field else "")

    def replace(self, architecture: Architecture, text: str, settings: TrainingSettings | None = None) -> None:
        """Put a whole chain in the place of this one, e.g. a preset with its *settings*, as one undo step."""
        if self._edit(Design(architecture, settings or self.settings), text):
            self.select("")

    def set_settings(self, settings: TrainingSettings) -> None:
        """Choose the settings of the next run; quick changes of the same one are one undo step."""
        changed = [p for p in params_of(settings) if getattr(settings, p.name) != getattr(self.settings, p.name)]
        if changed:
            text = self.tr("Change {0}").format(changed[0].label)
            self._edit(Design(self.architecture, settings), text, f"settings.{changed[0].name}")

    @property
    def selected_spec(self) -> LayerSpec | None:
        """The selected layer, or None."""
        return self.architecture.find(self.selected)

    def select(self, uid: str) -> None:
        """Select the layer *uid*; '' for none."""
        if uid != self.selected:
            self.selected = uid
            self.selection_changed.emit(uid)

    # Data, weights.

    def await_data(self, source: str) -> None:
        """Say that *source* is being read; data that is there stays until then, but no run begins on it."""
        self.data = self.data.awaiting(source)
        self.data_changed.emit()

    def set_data(self, dataset: Dataset, source: str) -> None:
        """Work on other data; the chain is checked anew against its images and classes."""
        if source != self.data.source:
            self._touch()
        self.data = ProjectData.of(dataset, source)
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
            self._touch()
            self.weights_changed.emit()

    def reset_weights(self) -> None:
        """Begin anew, as one undo step: initial weights drawn with the seed of the settings, and an empty history."""
        if self.model is not None and not self.refuses_edits():
            fresh = self._network.fresh(self.settings.seed)
            self.undo_stack.push(SwapLearned(self._swap_learned, fresh, self.tr("Reset weights")))

    def set_locked(self, locked: bool) -> None:
        """Refuse edits while a training run owns the network."""
        if locked != self.locked:
            self.locked = locked
            self.lock_changed.emit(locked)

    def refuses_edits(self) -> bool:
        """Return whether the network must stay as it is now, and say why by ``refused``."""
        if self.locked:
            self.refused.emit(str(open_run()))
        return self.locked

    # Files.

    @property
    def modified(self) -> bool:
        """True if there is something that the file does not have."""
        return self._touched or not self.undo_stack.isClean()

    def project(self) -> Project:
        """Return everything as a value that a file can hold."""
        data, network = self.data, self._network
        weights = network.weights(self.architecture, data.input_shape)
        return Project(
            self.architecture, self.settings, data.input_shape, data.class_names, data.source, weights,
            self.history.copy(),
        )  # fmt: skip

    def show_project(self, project: Project, path: Path | None) -> None:
        """Open *project* in the place of this one; the undo stack starts empty."""
        old = self.architecture
        self.faults.clear()
        self.architecture, self.settings = project.architecture, project.settings
        self.data = ProjectData(project.data_source, project.input_shape, project.class_names)
        self._network = Network.of(project)
        self.undo_stack.clear()
        self._build()
        self.select("")
        self.architecture_changed.emit(old, self.architecture)
        self.data_changed.emit()
        self.settings_changed.emit()
        self.history_replaced.emit()
        self.weights_changed.emit()
        self.mark_saved(path)

    def mark_saved(self, path: Path | None) -> None:
        """Say that *path* holds what is open now (None: nothing to lose, but no file either)."""
        self.path, self._touched = path, False
        self.undo_stack.setClean()
        self.path_changed.emit()
        self.modified_changed.emit(False)

    def _edit_chain(self, new: Architecture, text: str, merge_key: str = "") -> bool:
        return self._edit(Design(new, self.settings), text, merge_key)

    def _edit(self, new: Design, text: str, merge_key: str = "") -> bool:
        old = Design(self.architecture, self.settings)
        if new == old or self.refuses_edits():
            return False
        self.undo_stack.push(SetDesign(self._show, old, new, text, merge_key))
        return True

    def _show(self, design: Design) -> None:
        old, before = self.architecture, self.settings
        self.architecture, self.settings = design
        rebuilt = self.architecture != old or self.settings.loss != before.loss  # which may ask for another last layer
        if rebuilt:
            self._build()
            self.faults.keep(self.architecture)
        if self.settings != before:
            self.settings_changed.emit()
        if rebuilt:
            self._announce_chain(old)

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

    def _touch(self) -> None:
        before = self.modified
        self._touched = True
        if not before:
            self.modified_changed.emit(True)

    def _on_faults_changed(self) -> None:
        self._network.set_faults(self.faults.chosen)

    def _on_clean_changed(self, clean: bool) -> None:
        self.modified_changed.emit(self.modified)
