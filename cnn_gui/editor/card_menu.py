"""The context menu of a card."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
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
        for name, step, end in (
            ("move_left", -1, self.tr("This is the first layer.")),
            ("move_right", 1, self.tr("This is the last layer.")),
        ):  # fmt: skip
            reason = commands.obstacle or ("" if commands.can_move(step) else end)
            self._add(name, lambda step=step: commands.move(step), reason)
        self.addSeparator()
        self._add("delete", commands.delete, commands.obstacle)
        self.setToolTipsVisible(True)

    def _add(self, name: str, run: Callable[[], None], reason: str = "") -> None:
        command = command_table.command(name)
        action = self.addAction(command.title, command.sequences(Place.NETWORK)[0], run)
        # The canvas itself handles the key; here it is only shown.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        set_obstacle(action, reason)
        if command.icon:
            action.setIcon(theme.icon(command.icon, theme.tokens(self.palette()).text))
