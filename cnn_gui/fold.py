"""A part of a form that is folded away until somebody asks for it."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.fields import hide

_ARROW = QSize(12, 12)


class Fold(QWidget):
    """A button, and below it *content* while the button is down; closed at first.

    Signals:
        closed(): *content* is out of sight now.

    Thread: the GUI's.
    """

    closed = Signal()

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button, self._content = QToolButton(), content
        self.button.setProperty("role", "fold")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setIconSize(_ARROW)
        self.button.setCheckable(True)
        self.button.setText(title)
        self.button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.button.toggled.connect(self._on_toggled)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(content)
        content.hide()
        self._show_arrow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_arrow()

    def _on_toggled(self, opened: bool) -> None:
        self._show_arrow()
        if opened:
            self._content.show()
        else:
            hide(self._content, heir=self.button)
            self.closed.emit()

    def _show_arrow(self) -> None:
        name = "chevron-up" if self.button.isChecked() else "chevron-down"
        self.button.setIcon(theme.icon(name, theme.tokens(self.palette()).muted))
