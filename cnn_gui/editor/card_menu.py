"""The context menu of a card."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from cnn_gui import command_table, theme
from cnn_gui.command_table import Place
from cnn_gui.editor.chain_commands import ChainCommands


class CardMenu(QMenu):
    """What can be done with the selected layer. It is gone once it is closed."""

    def __init__(self, commands: ChainCommands, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Layer"))
        self._add("inside", commands.open)
        self.addSeparator()
        self._add("move_left", lambda: commands.move(-1), commands.can_move(-1))
        self._add("move_right", lambda: commands.move(1), commands.can_move(1))
        self.addSeparator()
        self._add("delete", commands.delete)

    def _add(self, name: str, run: Callable[[], None], enabled: bool = True) -> None:
        command = command_table.command(name)
        action = self.addAction(command.title, command.sequences(Place.NETWORK)[0], run)
        # The canvas itself handles the key; here it is only shown.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setEnabled(enabled)
        if command.icon:
            action.setIcon(theme.icon(command.icon, theme.tokens(self.palette()).text))
