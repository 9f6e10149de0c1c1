"""What the keys do on the network, and the commands on the selected layer behind them."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from cnn_gui.document import Document
from engine.architecture import LayerSpec

Command = Callable[[], None]
Key, Modifier = Qt.Key, Qt.KeyboardModifier
ALONE, CTRL = Modifier.NoModifier, Modifier.ControlModifier


class ChainCommands:
    """Commands on the selected layer of *document*; *columns* tells how many cards stand in a row, *open* opens it."""

    def __init__(self, document: Document, columns: Callable[[], int], open: Command) -> None:
        self._document, self._columns, self.open = document, columns, open

    def of_key(self, event: QKeyEvent) -> Command | None:
        """Return what a key does now; None leaves it to others."""
        if not self._layers:
            return None
        press = (event.modifiers() & ~Modifier.KeypadModifier, Key(event.key()))
        always = {
            (ALONE, Key.Key_Left): lambda: self.select_neighbour(-1),
            (ALONE, Key.Key_Right): lambda: self.select_neighbour(1),
            (ALONE, Key.Key_Up): lambda: self.select_neighbour(-self._columns()),
            (ALONE, Key.Key_Down): lambda: self.select_neighbour(self._columns()),
            (ALONE, Key.Key_Home): lambda: self.select_neighbour(-len(self._layers)),
            (ALONE, Key.Key_End): lambda: self.select_neighbour(len(self._layers)),
        }
        on_selected = {
            (ALONE, Key.Key_Return): self.open,
            (ALONE, Key.Key_Enter): self.open,
            (ALONE, Key.Key_Delete): self.delete,
            (ALONE, Key.Key_Backspace): self.delete,
            (ALONE, Key.Key_Escape): self.deselect,
            (CTRL, Key.Key_Left): lambda: self.move(-1),
            (CTRL, Key.Key_Right): lambda: self.move(1),
        }
        return always.get(press) or (on_selected.get(press) if self._document.selected else None)

    def delete(self) -> None:
        """Delete the selected layer."""
        self._document.remove(self._document.selected)

    def deselect(self) -> None:
        """Select nothing."""
        self._document.select("")

    def select_neighbour(self, step: int) -> None:
        """Select the layer *step* places on, or the last one that way; with nothing selected, start outside."""
        count = len(self._layers)
        start = self._position if self._document.selected else (-1 if step > 0 else count)
        self._document.select(self._layers[min(max(start + step, 0), count - 1)].uid)

    def move(self, step: int) -> None:
        """Move the selected layer by one place: *step* is -1 or 1."""
        if self.can_move(step):
            self._document.move(self._document.selected, self._position + (2 if step > 0 else -1))

    def can_move(self, step: int) -> bool:
        """Return whether there is a place *step* on."""
        chosen = self._document.selected_spec is not None
        return chosen and 0 <= self._position + step < len(self._layers)

    @property
    def _layers(self) -> tuple[LayerSpec, ...]:
        return self._document.architecture.layers

    @property
    def _position(self) -> int:
        return self._document.architecture.index(self._document.selected)
