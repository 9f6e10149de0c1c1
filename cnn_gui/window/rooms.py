"""Rooms side by side, or one above the other, with handles between them."""

from typing import NamedTuple

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from cnn_gui import theme


class Room(NamedTuple):
    """What is in it, its first extent in px, and its share of what is to spare."""

    widget: QWidget
    extent: int
    share: int


class Rooms(QSplitter):
    """How large a room is follows from where a person put the handles, and from the space that there is now.

    A QSplitter divides from where it stands, so that rooms which were squeezed once stay so. *name* is what the
    extents are remembered by.

    Thread: GUI.
    """

    def __init__(self, name: str, orientation: Qt.Orientation, *rooms: Room) -> None:
        super().__init__(orientation)
        self._extents: list[int] | None = [room.extent for room in rooms]  # None: as Qt has restored them
        self._first = [room.extent for room in rooms]
        self._text_scale = 1.0
        self._shares = [room.share for room in rooms]
        self.setObjectName(name)
        self.setHandleWidth(theme.SPACE[1])
        self.setChildrenCollapsible(False)
        for position, room in enumerate(rooms):
            self.addWidget(room.widget)
            self.setStretchFactor(position, room.share)
        self.splitterMoved.connect(self._on_moved)
        if orientation is Qt.Orientation.Horizontal:
            theme.follow_text_size(self, self._follow_text_size)

    def show_room(self, position: int, shown: bool) -> None:
        """Show a room or not; the second one has its space meanwhile, and all others stay as they are."""
        self.widget(position).setVisible(shown)
        self._fit()

    def _follow_text_size(self) -> None:
        """Make all but the second room, which has pictures more than texts, as wide as their texts need."""
        before, self._text_scale = self._text_scale, theme.text_scale()
        if self._extents is not None and self._text_scale != before:
            ratio = self._text_scale / before
            self._extents = [e if n == 1 else round(e * ratio) for n, e in enumerate(self._extents)]
            self._fit()

    def restoreState(self, state: QByteArray) -> bool:
        done = super().restoreState(state)
        self._extents = None
        if self.isVisible():
            self._on_moved()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._extents is None:
            super().resizeEvent(event)
            self._on_moved()
        else:
            self._fit()

    def _on_moved(self) -> None:
        """Take the rooms as they are from now on."""
        before, sizes = self._fitting(self._extents or self._first), self.sizes()
        for position in self._hidden():
            sizes[position] = before[position]
            sizes[1] -= sizes[position] + self.handleWidth()
        self._extents = sizes

    def _fit(self) -> None:
        """Give each room its extent and its share of what is to spare; Qt keeps them from becoming too small."""
        if self._extents is None:
            return
        sizes = self._fitting(self._extents)
        for position in self._hidden():
            sizes[1] += sizes[position] + self.handleWidth()
        self.setSizes([max(1, size) for size in sizes])

    def _fitting(self, extents: list[int]) -> list[int]:
        """Return what each room has of the present space, were all shown: its extent, and its share of the rest."""
        wanted = [max(extents[0], self._along(self.widget(0).minimumSizeHint())), *extents[1:]]
        spare = self._space() - sum(wanted)
        return [e + spare * share // sum(self._shares) for e, share in zip(wanted, self._shares, strict=True)]

    def _hidden(self) -> list[int]:
        """Return the places of the rooms that are not shown; the second one always is."""
        return [position for position in range(self.count()) if position != 1 and self.widget(position).isHidden()]

    def _space(self) -> int:
        """Return what all rooms have together, shown or not."""
        return self._along(self.size()) - self.handleWidth() * (self.count() - 1)

    def _along(self, size: QSize) -> int:
        return size.width() if self.orientation() is Qt.Orientation.Horizontal else size.height()


def across(name: str, *rooms: Room) -> Rooms:
    """Return rooms side by side."""
    return Rooms(name, Qt.Orientation.Horizontal, *rooms)


def down(name: str, *rooms: Room) -> Rooms:
    """Return rooms one above the other."""
    return Rooms(name, Qt.Orientation.Vertical, *rooms)
