"""Buttons that turn the pages of a mosaic."""

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.text import small_font


class Pager(QWidget):
    """Previous, "2 / 5", next; hidden while there is one page.

    Signals:
        turned(int): go so many pages on, -1 or 1.

    Thread: GUI.
    """

    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back_button, self.label, self.on_button = QToolButton(), PlainLabel(), QToolButton()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        for part in (self.back_button, self.label, self.on_button):
            row.addWidget(part)
        self._explain(self.back_button, self.tr("Previous page"), "turn_back")
        self._explain(self.on_button, self.tr("Next page"), "turn_on")
        self.back_button.clicked.connect(lambda: self.turned.emit(-1))
        self.on_button.clicked.connect(lambda: self.turned.emit(1))
        self._dress()
        self.show_page(0, 0)

    def show_page(self, page: int, pages: int) -> None:
        """Say that *page* (from 0) of *pages* is on show."""
        self.setVisible(pages > 1)
        self.label.setText(self.tr("{0} / {1}").format(page + 1, pages))
        self.label.setAccessibleName(self.tr("Page {0} of {1}").format(page + 1, pages))
        set_obstacle(self.back_button, "" if page > 0 else self.tr("This is the first page."))
        set_obstacle(self.on_button, "" if page < pages - 1 else self.tr("This is the last page."))

    def turn(self, pages: int) -> None:
        """Ask for the previous page (-1) or the next one (1), where there is one."""
        (self.back_button if pages < 0 else self.on_button).click()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _explain(self, button: QToolButton, name: str, command: str) -> None:
        button.setAccessibleName(name)
        button.setToolTip(command_table.with_key(name, command))

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        self.label.setFont(small_font(self.font()))
        self.back_button.setIcon(theme.icon("previous", scheme.text))
        self.on_button.setIcon(theme.icon("next", scheme.text))
