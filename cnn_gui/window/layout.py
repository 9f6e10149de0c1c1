"""Where the rooms of the window lie, and how they share its space at first."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QSplitter, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.window.microscope_door import NETWORK

if TYPE_CHECKING:
    from cnn_gui.main_window import MainWindow

FIRST_SIZE = QSize(1280, 800)  # px, where the screen has room for it
LOWEST = 640  # px; no room becomes narrower than what is in it
_FRAME = QSize(4, 40)  # px around a window, which nobody knows before it is shown

_Part = tuple[QWidget, int, int]  # a room, its first extent in px, its share of what is to spare


def arrange(window: "MainWindow") -> None:
    """Put every room of *window* into its place."""
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    left = _splitter("left", down, (window.palette_view, 390, 0), (window.settings_panel, 300, 1))
    middle = _splitter("middle", down, (window.canvas, 524, 3), (window.curves_place, 166, 2))
    right = _splitter("right", down, (panel(window.lens), 440, 3), (panel(window.draw), 250, 2))
    for place in (middle, panel(window.microscope), panel(window.results)):
        window.middle.addWidget(place)
    whole = _splitter("whole", across, (left, 254, 0), (window.middle, 608, 2), (right, 386, 1))
    left_room = _LeftRoom(whole)
    window.middle.currentChanged.connect(lambda page: left_room.set_shown(page == NETWORK))  # else nothing is built
    page = QWidget()
    box = QVBoxLayout(page)
    box.setContentsMargins(*(theme.SPACE[1],) * 4)
    box.addWidget(whole)
    window.setCentralWidget(page)
    window.statusBar().addPermanentWidget(window.test_figures)
    window.resize(FIRST_SIZE.boundedTo(window.screen().availableSize() - _FRAME))
    window.setMinimumHeight(LOWEST)


def panel(*widgets: QWidget) -> QFrame:
    """Return *widgets* on a surface of their own, like the palette and the settings."""
    frame = QFrame()
    frame.setProperty("role", "panel")
    box = QVBoxLayout(frame)
    box.setContentsMargins(*(theme.SPACE[0],) * 4)
    for widget in widgets:
        box.addWidget(widget)
    return frame


class _LeftRoom(QObject):
    """The left one of three rooms, whose width the middle one gets while it is hidden."""

    def __init__(self, whole: QSplitter) -> None:
        super().__init__(whole)
        self._whole, self._width = whole, 0

    def set_shown(self, shown: bool) -> None:
        """Show it or not; the right room stays as wide as it is."""
        left, (width, middle, right), handle = self._whole.widget(0), self._whole.sizes(), self._whole.handleWidth()
        if shown != left.isHidden():
            return
        self._width = self._width if shown else width
        by = self._width + handle
        left.setVisible(shown)
        self._whole.setSizes([self._width, middle - by if shown else middle + by, right])


def _splitter(name: str, orientation: Qt.Orientation, *parts: _Part) -> QSplitter:
    """Return a splitter with its parts; *name* is what their sizes are remembered by."""
    splitter = QSplitter(orientation)
    splitter.setObjectName(name)
    splitter.setHandleWidth(theme.SPACE[1])
    splitter.setChildrenCollapsible(False)
    for position, (widget, _, share) in enumerate(parts):
        splitter.addWidget(widget)
        splitter.setStretchFactor(position, share)
    splitter.setSizes([extent for _, extent, _ in parts])
    return splitter
