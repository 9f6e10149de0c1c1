"""The chain and how it is trained, as a person edits them: with undo, a selected layer, and a lock."""

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from cnn_gui.commands import Design, SetDesign
from engine.architecture import MOST_LAYERS, Architecture, LayerSpec, new_layer
from engine.layer import LayerConfig
from engine.mends import Mend
from engine.schema import params_of
from engine.settings import TrainingSettings
from engine.shapes import Problem

UNDO_LIMIT = 500


def open_run() -> Problem:
    """Return why nothing can be edited while a training run owns the network, be it under way or paused."""
    tr = QCoreApplication.translate
    return Problem(
        tr("EditableDesign", "A training run is in progress."), tr("EditableDesign", "Stop it to change the network.")
    )


class EditableDesign(QObject):
    """Turns what a person does into undo steps. What follows from another design is a subclass's: ``_follow``.

    A view may still show a layer that an edit has just removed: whoever names one is not heard.

    Attributes:
        architecture, settings: what a person has chosen.
        undo_stack: every edit so far.
        selected: the uid of the selected layer, '' for none.
        locked: true while a training run owns the network; edits are refused then.

    Signals:
        selection_changed(uid): the selected layer, '' for none.
        lock_changed(bool): a training run began or ended.
        refused(text): an edit was not possible, and why.
        undo_changed(): what can be undone or done again is another thing than before.
        told(text): what a person should know of an edit that was taken back, or can no longer be.

    Thread: the GUI's.
    """

    selection_changed = Signal(str)
    lock_changed = Signal(bool)
    refused = Signal(str)
    undo_changed = Signal()
    told = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.undo_stack.indexChanged.connect(self._on_index_changed)
        self.architecture, self.settings = Architecture(), TrainingSettings()
        self.selected = ""
        self.locked = False

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
        if self.architecture.find(uid) is None:
            return
        position = self.architecture.index(uid)
        if self._edit_chain(self.architecture.remove(uid), self.tr("Delete {0}").format(self._label(uid))):
            left = self.architecture.layers
            self.select(left[min(position, len(left) - 1)].uid if left else "")

    def move(self, uid: str, position: int) -> None:
        """Move the layer *uid* before what now stands at *position*; nothing happens if that is where it is."""
        if self.architecture.find(uid) is not None:
            self._edit_chain(self.architecture.move(uid, position), self.tr("Move {0}").format(self._label(uid)))

    def configure(self, uid: str, config: LayerConfig, field: str = "") -> None:
        """Give the layer *uid* another config; quick changes of the same *field* are one undo step."""
        if self.architecture.find(uid) is None:
            return
        text = self.tr("Change {0}").format(self._label(uid))
        self._edit_chain(self.architecture.configure(uid, config), text, f"{uid}.{field}" if field else "")

    def mend(self, mend: Mend) -> None:
        """Change the chain so that a layer can work, as one undo step, unless the chain is another one by now."""
        if mend.before == self.architecture:
            self._edit_chain(mend.after, mend.text)

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

    def undo(self) -> None:
        """Take the last step back, and say which; where that is not possible, say why."""
        stack = self.undo_stack
        if stack.canUndo() and not self.refuses_edits() and self._may_apply(stack.command(stack.index() - 1)):
            text = stack.undoText()
            stack.undo()
            self.told.emit(self.tr("Undone: {0}").format(text))

    def redo(self) -> None:
        """Do again what was taken back last, and say what; where that is not possible, say why."""
        stack = self.undo_stack
        if stack.canRedo() and not self.refuses_edits() and self._may_apply(stack.command(stack.index())):
            text = stack.redoText()
            stack.redo()
            self.told.emit(self.tr("Redone: {0}").format(text))

    # Selection and lock.

    @property
    def selected_spec(self) -> LayerSpec | None:
        """The selected layer, or None."""
        return self.architecture.find(self.selected)

    def select(self, uid: str) -> None:
        """Select the layer *uid*; '' for none."""
        if uid != self.selected and (not uid or self.architecture.find(uid) is not None):
            self.selected = uid
            self.selection_changed.emit(uid)

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

    def _follow(self, old: Design) -> None:
        """Do what follows from the design being another than *old* was: after an edit, undo and redo."""
        raise NotImplementedError

    def _on_index_changed(self, index: int) -> None:
        self.undo_changed.emit()

    def _may_apply(self, command: QUndoCommand) -> bool:
        """Return whether *command* can be undone, or done again, and say why not by ``refused``."""
        raise NotImplementedError

    def _edit_chain(self, new: Architecture, text: str, merge_key: str = "") -> bool:
        return self._edit(Design(new, self.settings), text, merge_key)

    def _edit(self, new: Design, text: str, merge_key: str = "") -> bool:
        old = Design(self.architecture, self.settings)
        if new == old or self.refuses_edits():
            return False
        if len(new.architecture.layers) > MOST_LAYERS:  # a file with more would not be opened again
            self.refused.emit(self.tr("A network can have at most {0:,} layers; delete one first.").format(MOST_LAYERS))
            return False
        self.undo_stack.push(SetDesign(self._show, old, new, text, merge_key))
        return True

    def _show(self, design: Design) -> None:
        old = Design(self.architecture, self.settings)
        self.architecture, self.settings = design
        self._follow(old)

    def _label(self, uid: str) -> str:
        return self.architecture.layers[self.architecture.index(uid)].type.label
