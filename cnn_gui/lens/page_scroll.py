"""Lets a page of the microscope scroll where the window is too low for it."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_LOWEST = 160  # px: what is to be seen of a page at least
_EASY = 460  # px: as high as a page is that scrolls anyway, so that its pictures are not as small as can be


class PageScroll(QScrollArea):
    """As wide as *page* needs, and as high as there is room; only a page that needs more height scrolls.

    Thread: GUI.
    """

    def __init__(self, page: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # else it would take the arrow keys of the page
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        needed = self.widget().minimumSizeHint()
        low = needed.height() > self.height() > 0
        bar = self.verticalScrollBar().sizeHint().width() if low else 0
        return QSize(needed.width() + bar, min(needed.height(), _LOWEST))

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # the arrow keys belong to the page, not to the scroll bar

    def _fit(self) -> None:
        needed = self.widget().minimumSizeHint().height()
        self.widget().setMinimumHeight(max(needed, _EASY) if needed > self.height() else 0)
