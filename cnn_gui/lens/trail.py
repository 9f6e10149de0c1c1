"""The way from a layer down to the detail that is on show: Convolution 2 > Forward > output (4, 4)."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel

_SEPARATOR = "›"


class Trail(QWidget):
    """Follows the layer's name: the page, which a click goes up to, and the detail. Nothing is seen at a page's top.

    Signals:
        page_wanted(): a person wants to go up to the top of the page.

    Thread: GUI.
    """

    page_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page_button, self.detail = QToolButton(), PlainLabel()
        self._page: str | None = None  # so that the first one is shown
        self._arrange()
        self.page_button.clicked.connect(self.page_wanted)
        self.show_detail("", "")

    def show_detail(self, page: str, detail: str) -> None:
        """Say which *detail* of a *page* is on show; '' for its top."""
        if (page, detail) != (self._page, self.detail.text()):
            self._page = page
            self.page_button.setText(page.replace("&", "&&"))
            self.page_button.setToolTip(self.tr("Up to the whole page {0} (Esc)").format(page))
            self.page_button.setAccessibleName(self.tr("Up to {0}").format(page))
            self.detail.setText(detail)
        self.setVisible(bool(detail))

    def _arrange(self) -> None:
        self.page_button.setProperty("role", "crumb")
        self.detail.setProperty("role", "title")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[0])
        for part in (_separator(), self.page_button, _separator(), self.detail):
            row.addWidget(part)


def _separator() -> QLabel:
    label = PlainLabel(_SEPARATOR)
    label.setProperty("role", "muted")
    return label
