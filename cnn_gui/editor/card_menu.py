"""The context menu of a card."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from cnn_gui import theme
from cnn_gui.editor.chain_commands import ChainCommands


class CardMenu(QMenu):
    """What can be done with the selected layer. It is gone once it is closed."""

    def __init__(self, commands: ChainCommands, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(self.tr("Layer"))
        left, right = self.tr("Move left"), self.tr("Move right")
        self._add(self.tr("Look inside"), "search", "Return", commands.open)
        self.addSeparator()
        self._add(left, "", "Ctrl+Left", lambda: commands.move(-1), commands.can_move(-1))
        self._add(right, "", "Ctrl+Right", lambda: commands.move(1), commands.can_move(1))
        self.addSeparator()
        self._add(self.tr("Delete"), "delete", "Del", commands.delete)

    def _add(self, text: str, icon: str, keys: str, run: Callable[[], None], enabled: bool = True) -> None:
        action = self.addAction(text, QKeySequence(keys), run)
        # The canvas itself handles the key; here it is only shown.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.setEnabled(enabled)
        if icon:
            action.setIcon(theme.icon(icon, theme.tokens(self.palette()).text))
