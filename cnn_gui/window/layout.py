"""Where the rooms of the window lie, and how they share its space at first."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.window.microscope_door import NETWORK
from cnn_gui.window.rooms import Room, across, down

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow

FIRST_SIZE = QSize(1280, 800)  # px, where the screen has room for it
LOWEST = 480  # px; no part becomes narrower than what is in it
_FRAME = QSize(4, 40)  # px around a window, which nobody knows before it is shown


def arrange(window: "MainWindow") -> None:
    """Put every room of *window* into its place."""
    left = down("left", Room(window.palette_view, 390, 0), Room(window.settings_panel, 300, 1))
    middle = down("middle", Room(_column(window.about_line, window.canvas), 524, 3), Room(window.curves_place, 166, 1))
    right = down("right", Room(panel(window.lens), 440, 2), Room(panel(window.draw), 250, 1))
    window.side_panel = right
    for place in (middle, panel(window.microscope), panel(window.results)):
        window.middle.addWidget(place)
    whole = across("whole", Room(left, 254, 0), Room(window.middle, 608, 8), Room(right, 386, 1))
    window.middle.currentChanged.connect(lambda page: whole.show_room(0, page == NETWORK))  # else nothing is built
    window.side_panel_shown.connect(lambda shown: whole.show_room(2, shown))
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(*(theme.SPACE[1],) * 4)
    box.addWidget(window.fault_badge)
    box.addWidget(whole, 1)
    window.setCentralWidget(Fitting(page))
    window.statusBar().addPermanentWidget(window.test_figures)
    window.resize(FIRST_SIZE.boundedTo(window.screen().availableSize() - _FRAME))
    window.setMinimumHeight(LOWEST)


class Fitting(QScrollArea):
    """Never asks for more room than the screen has beside the bars of the window; then *page* scrolls.

    Thread: GUI.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        window = self.window()
        around = QSize(0, window.height() - self.height() if window.isVisible() else 0)
        return self.widget().minimumSizeHint().boundedTo(self.screen().availableSize() - _FRAME - around)

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()  # keys belong to the pages, not to scroll bars

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def panel(*widgets: QWidget) -> QFrame:
    """Return *widgets* on a surface of their own, like the palette and the settings."""
    frame = QFrame()
    frame.setProperty("role", "panel")
    box = QVBoxLayout(frame)
    box.setContentsMargins(*(theme.SPACE[0],) * 4)
    for widget in widgets:
        box.addWidget(widget)
    return frame


def _column(*widgets: QWidget) -> QWidget:
    """Return *widgets* one above the other; the last one has what is to spare."""
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme.SPACE[1])
    for widget in widgets:
        box.addWidget(widget, widget is widgets[-1])
    return page
