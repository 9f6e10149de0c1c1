"""The open project: architecture, settings, data, weights, history, and the undo stack over it."""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from cnn_gui.commands import Learned, SetArchitecture, SwapLearned
from cnn_gui.stash import WeightStash
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.dataset import Dataset
from engine.files.project import Project
from engine.files.weights import parameter_shapes, weights_of
from engine.history import History
from engine.layer import LayerConfig, Shape
from engine.model import Model
from engine.settings import TrainingSettings
from engine.shapes import LayerInfo, Problem, first_problem, infer_shapes

UNDO_LIMIT = 500


class Document(QObject):
    """What a person works on. Views ask it to change, and redraw from its signals.

    Attributes:
        architecture, settings, history: the values of now.
        dataset: None until data has loaded; ``input_shape`` and ``class_names`` are known before that.
        data_problem: why there is no data set, where reading it failed.
        data_awaited: the source that is being read just now, '' for none.
        model: computes with the weights of now; None while the chain cannot work.
        infos: what is known of each layer, problems among it.
        locked: true while a training run owns the network; edits are refused then.

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
        self.architecture, self.settings, self.history = Architecture(), TrainingSettings(), History()
        self.dataset: Dataset | None = None
        self.data_source, self.data_problem, self.data_awaited = "bundled", "", ""
        self.input_shape: Shape = (1, 28, 28)
        self.class_names: tuple[str, ...] = tuple("0123456789")
        self.path: Path | None = None
        self.model: Model | None = None
        self.infos: tuple[LayerInfo, ...] = ()
        self.selected = ""
        self.locked = False
        self._touched = False
        self._stash = WeightStash()
        self._histories: dict[Architecture, History] = {}  # of networks that undo can bring back
        self._rng = np.random.default_rng(self.settings.seed)  # draws the weights of new layers

    # Edits of the chain: each is one undo step.

    def insert(self, position: int, name: str) -> None:
        """Insert a new layer of type *name* before *position* and select it."""
        spec = new_layer(name)
        if self._edit(self.architecture.insert(position, spec), self.tr("Insert {0}").format(spec.type.label)):
            self.select(spec.uid)

    def append(self, name: str) -> None:
        """Add a new layer of type *name* after the selected one, or at the end."""
        spec = self.selected_spec
        self.insert(self.architecture.index(spec.uid) + 1 if spec else len(self.architecture.layers), name)

    def remove(self, uid: str) -> None:
        """Delete the layer *uid* and select its neighbour."""
        position = self.architecture.index(uid)
        label = self.architecture.layers[position].type.label
        if self._edit(self.architecture.remove(uid), self.tr("Delete {0}").format(label)):
            left = self.architecture.layers
            self.select(left[min(position, len(left) - 1)].uid if left else "")

    def move(self, uid: str, position: int) -> None:
        """Move the layer *uid* before what now stands at *position*; nothing happens if that is where it is."""
        label = self.architecture.layers[self.architecture.index(uid)].type.label
        self._edit(self.architecture.move(uid, position), self.tr("Move {0}").format(label))

    def configure(self, uid: str, config: LayerConfig, field: str = "") -> None:
        """Give the layer *uid* another config; quick changes of the same *field* are one undo step."""
        label = self.architecture.layers[self.architecture.index(uid)].type.label
        text = self.tr("Change {0}").format(label)
        self._edit(self.architecture.configure(uid, config), text, f"{uid}.{field}" if field else "")

    def replace(self, architecture: Architecture, text: str, settings: TrainingSettings | None = None) -> None:
        """Put a whole chain in the place of this one, e.g. a preset with its *settings*, as one undo step."""
        if self._edit(architecture, text, settings=settings):
            self.select("")

    @property
    def selected_spec(self) -> LayerSpec | None:
        """The selected layer, or None."""
        return self.architecture.find(self.selected)

    def select(self, uid: str) -> None:
        """Select the layer *uid*; '' for none."""
        if uid != self.selected:
            self.selected = uid
            self.selection_changed.emit(uid)

    @property
    def problem(self) -> Problem | None:
        """Why the network cannot be trained, or None."""
        if not self.architecture.layers:
            return Problem(self.tr("The network has no layers."), self.tr("Drag one here, or choose a preset."))
        found = first_problem(self.infos)
        return found[1] if found else None

    # Settings, data, weights.

    def set_settings(self, settings: TrainingSettings) -> None:
        """Choose the settings of the next run; the chain is checked anew where it shall make another loss small."""
        if settings != self.settings:
            before, self.settings = self.settings, settings
            self._touch()
            self.settings_changed.emit()
            if settings.loss != before.loss:
                self._rebuild()
                self.architecture_changed.emit(self.architecture, self.architecture)
                self.weights_changed.emit()

    def await_data(self, source: str) -> None:
        """Say that *source* is being read; data that is there stays until then, but no run begins on it."""
        self.data_awaited = source
        self.data_changed.emit()

    def set_data(self, dataset: Dataset, source: str) -> None:
        """Work on other data; the chain is checked anew against its images and classes."""
        if source != self.data_source:
            self._touch()
        self.dataset, self.data_source, self.data_problem, self.data_awaited = dataset, source, "", ""
        self.input_shape, self.class_names = dataset.image_shape, dataset.class_names
        self._rebuild()
        self.data_changed.emit()
        self.weights_changed.emit()

    def set_data_problem(self, text: str) -> None:
        """Say that the data cannot be read, and why; data that is there stays."""
        self.data_awaited = ""
        if self.dataset is None:
            self.data_problem = text
        self.data_changed.emit()

    def set_weights(self, flat: np.ndarray) -> None:
        """Take over weights (P,) from a training run."""
        if self.model is not None and flat.size == self.model.parameters.flat.size:
            np.copyto(self.model.parameters.flat, flat)
            self._touch()
            self.weights_changed.emit()

    def reset_weights(self) -> None:
        """Begin anew, as one undo step: initial weights drawn with the seed of the settings, and an empty history."""
        if self.model is None or self.refuses_edits():
            return
        self._rng = np.random.default_rng(self.settings.seed)
        fresh = Model.build(self.architecture, self.input_shape, self._rng).parameters.flat
        learned = Learned(fresh, History(), WeightStash())
        self.undo_stack.push(SwapLearned(self._swap_learned, learned, self.tr("Reset weights")))

    def set_locked(self, locked: bool) -> None:
        """Refuse edits while a training run owns the network."""
        if locked != self.locked:
            self.locked = locked
            self.lock_changed.emit(locked)

    def refuses_edits(self) -> bool:
        """Return whether the network must stay as it is now, and say why by ``refused``."""
        if self.locked:
            self.refused.emit(self.tr("Training is running. Stop it to change the network."))
        return self.locked

    # Files.

    @property
    def modified(self) -> bool:
        """True if there is something that the file does not have."""
        return self._touched or not self.undo_stack.isClean()

    def project(self) -> Project:
        """Return everything as a value that a file can hold."""
        if self.model is not None:
            weights = weights_of(self.model)
        else:
            weights = self._stash.weights(self.architecture, parameter_shapes(self.architecture, self.input_shape))
        return Project(
            self.architecture, self.settings, self.input_shape, self.class_names, self.data_source, weights,
            self.history.copy(),
        )  # fmt: skip

    def show_project(self, project: Project, path: Path | None) -> None:
        """Open *project* in the place of this one; the undo stack starts empty."""
        old = self.architecture
        self.architecture, self.settings, self.history = project.architecture, project.settings, project.history
        self.input_shape, self.class_names = project.input_shape, project.class_names
        self.dataset, self.data_source, self.data_problem, self.data_awaited = None, project.data_source, "", ""
        self.undo_stack.clear()
        self._histories.clear()
        self._rng = np.random.default_rng(self.settings.seed)
        self._stash.replace(project.weights)
        self._rebuild(keep=False)
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

    def _edit(
        self, new: Architecture, text: str, merge_key: str = "", settings: TrainingSettings | None = None
    ) -> bool:
        if new == self.architecture or self.refuses_edits():
            return False
        both = (self.settings, settings) if settings is not None else None
        self.undo_stack.push(SetArchitecture(self._show, self.architecture, new, text, merge_key, both))
        return True

    def _show(self, architecture: Architecture, settings: TrainingSettings | None) -> None:
        old, self.architecture = self.architecture, architecture
        before, self.settings = self.settings, settings or self.settings
        self._rebuild()
        if self.selected_spec is None:
            self.select("")
        self.architecture_changed.emit(old, architecture)
        if self.settings != before:
            self.settings_changed.emit()
        if not {spec.uid for spec in old.layers} & {spec.uid for spec in architecture.layers}:
            self._histories[old] = self.history  # of another network; undo brings it back
            self.history = self._histories.pop(architecture, History())
            self.history_replaced.emit()
        self.weights_changed.emit()

    def _swap_learned(self, learned: Learned) -> Learned:
        """Put *learned* in the place of what is, and return that; nothing if other data changed the network's shape."""
        if self.model is None or self.model.parameters.flat.shape != learned.weights.shape:
            return learned
        before = Learned(self.model.parameters.flat.copy(), self.history, self._stash)
        np.copyto(self.model.parameters.flat, learned.weights)
        self.history, self._stash = learned.history, learned.stash
        self.history_replaced.emit()
        self.weights_changed.emit()
        return before

    def _rebuild(self, keep: bool = True) -> None:
        """Check the chain and build the model anew; layers keep the weights that still fit them."""
        if keep and self.model is not None:
            self._stash.keep(self.model)
        self.infos = infer_shapes(self.architecture, self.input_shape, len(self.class_names), self.settings.loss)
        able = self.architecture.layers and first_problem(self.infos) is None
        self.model = Model.build(self.architecture, self.input_shape, self._rng) if able else None
        if self.model is not None:
            self._stash.restore(self.model)

    def _touch(self) -> None:
        before = self.modified
        self._touched = True
        if not before:
            self.modified_changed.emit(True)

    def _on_clean_changed(self, clean: bool) -> None:
        self.modified_changed.emit(self.modified)
