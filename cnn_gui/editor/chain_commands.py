"""What the keys do on the network, and the commands on the selected layer behind them."""

from collections.abc import Callable

from PySide6.QtGui import QKeyEvent

from cnn_gui import command_table
from cnn_gui.command_table import Place
from cnn_gui.document import Document
from cnn_gui.editable_design import open_run
from engine.architecture import LayerSpec

Command = Callable[[], None]


class ChainCommands:
    """Commands on the selected layer of *document*; *columns* tells how many cards stand in a row, *open* opens it."""

    def __init__(self, document: Document, columns: Callable[[], int], open: Command) -> None:
        self._document, self._columns, self.open = document, columns, open

    @property
    def obstacle(self) -> str:
        """Why no layer can be moved or deleted now; '' if one can."""
        return str(open_run()) if self._document.locked else ""

    def of_key(self, event: QKeyEvent) -> Command | None:
        """Return what a key does now; None leaves it to others."""
        if not self._layers:
            return None
        name = command_table.named(event, Place.NETWORK)
        always: dict[str, Command] = {
            "card_previous": lambda: self.select_neighbour(-1),
            "card_next": lambda: self.select_neighbour(1),
            "card_above": lambda: self.select_neighbour(-self._columns()),
            "card_below": lambda: self.select_neighbour(self._columns()),
            "card_first": lambda: self.select_neighbour(-len(self._layers)),
            "card_last": lambda: self.select_neighbour(len(self._layers)),
        }
        on_selected: dict[str, Command] = {
            "inside": self.open, "delete": self.delete, "deselect": self.deselect,
            "move_left": lambda: self.move(-1), "move_right": lambda: self.move(1),
        }  # fmt: skip
        return always.get(name) or (on_selected.get(name) if self._document.selected else None)

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
