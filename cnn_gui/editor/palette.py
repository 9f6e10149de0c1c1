"""The palette: every layer type, to be dragged into the network."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from cnn_gui import command_table, theme
from cnn_gui.command_table import Place
from cnn_gui.document import Document
from cnn_gui.editor.layer_list import LayerList
from cnn_gui.plain_text import PlainLabel

_BORDER = 1  # px around a panel


class LayerPalette(QFrame):
    """The layer types by category, with a search field. A layer is dragged, or added by Enter or a double click.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAccessibleName(self.tr("Layer palette"))
        self.layers = LayerList()
        self.layers.chosen.connect(document.append)
        self.search = QLineEdit()
        self.nothing_found = PlainLabel()
        self._set_up_search()
        self._arrange()
        self._colour_icons()
        self._on_text_changed("")
        theme.follow_text_size(self.layers, self._fit)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Down, Enter and Esc in the search field do something for the list."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and (run := self._on_key(event.key())):
            run()
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_icons()

    def _fit(self) -> None:
        """Be as wide as the longest names, and no higher than all of them."""
        self.layers.measure()
        room, bar = self.layers.room(), self.layers.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(_BORDER + theme.SPACE[1] + room.width() + bar + _BORDER)
        self.setMaximumHeight(self.sizeHint().height() - self.layers.sizeHint().height() + room.height())

    def _set_up_search(self) -> None:
        self.search.setPlaceholderText(self.tr("Search layers"))
        self.search.setAccessibleName(self.tr("Search layers"))
        self.search.setToolTip(command_table.with_key(self.tr("Find a layer by its name or by what it does"), "search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_text_changed)
        self.search.installEventFilter(self)
        self._magnifier = self.search.addAction(
            theme.icon("search", "#808080"), QLineEdit.ActionPosition.LeadingPosition
        )
        for keys in command_table.command("search").sequences(Place.EVERYWHERE):
            QShortcut(keys, self, self._begin_search)

    def _arrange(self) -> None:
        self.nothing_found.setWordWrap(True)
        self.nothing_found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing_found.setProperty("role", "muted")
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.SPACE[1], theme.SPACE[1], 0, theme.SPACE[1])  # a scroll bar stands in the margin
        box.setSpacing(theme.SPACE[1])
        for part in (self.search, self.nothing_found):
            line = QHBoxLayout()
            line.setContentsMargins(0, 0, theme.SPACE[1], 0)
            line.addWidget(part)
            box.addLayout(line)
        box.addWidget(self.layers, 1)

    def _colour_icons(self) -> None:
        self._magnifier.setIcon(theme.icon("search", theme.tokens(self.palette()).muted))
        self.layers.paint_icons()

    def _begin_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_text_changed(self, text: str) -> None:
        found = self.layers.show_only(text)
        self.layers.setVisible(found)
        self.nothing_found.setVisible(not found)
        said = self.tr("No layer matches “{0}”. Try another word, or press Esc to see all layers.")
        self.nothing_found.setText(said.format(text))

    def _on_key(self, key: int) -> Callable[[], None] | None:
        keys = {
            Qt.Key.Key_Down: lambda: self.layers.setFocus(Qt.FocusReason.TabFocusReason),
            Qt.Key.Key_Return: self.layers.choose_current,
            Qt.Key.Key_Enter: self.layers.choose_current,
            Qt.Key.Key_Escape: self.search.clear,
        }
        return keys.get(key)
