"""A box that says what is wrong or not possible now, and what to do."""

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel

_ICON = QSize(16, 16)


class Notice(QFrame):
    """An icon, what is the matter, and in bold what to do about it; *icon* is 'warning' or 'lock'.

    Thread: the GUI's.
    """

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = icon
        self.setProperty("role", "problem" if icon == "warning" else "panel")
        self._icon, self._text = PlainLabel(), PlainLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        box = QHBoxLayout(self)
        box.setContentsMargins(theme.SPACE[1], theme.SPACE[1], theme.SPACE[1], theme.SPACE[1])
        box.setSpacing(theme.SPACE[1])
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self._text, 1)
        self._colour_icon()

    def say(self, what: str, remedy: str) -> None:
        """Show two sentences."""
        self._text.setText(f"{html.escape(what)}<br><b>{html.escape(remedy)}</b>")
        self.setAccessibleName(f"{what} {remedy}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_icon()

    def _colour_icon(self) -> None:
        scheme = theme.tokens(self.palette())
        colour = scheme.bad if self._name == "warning" else scheme.muted
        self._icon.setPixmap(theme.icon(self._name, colour).pixmap(_ICON))
