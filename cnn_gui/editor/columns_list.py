"""A list whose items stand below headings, in two columns."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyleOptionViewItem,
    QWidget,
)

from cnn_gui.editor.columns import Columns

ROOM = Qt.ItemDataRole.UserRole + 1  # of an item: the QSize that shows it in full
_RING = 1  # px around the list, for the focus


class ColumnsList(QListWidget):
    """Items and headings, which are items without flags; each item has its ROOM, and the first one is a heading.

    Thread: the GUI's.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)  # the one in which items can be placed
        self.setMovement(QListView.Movement.Free)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionRectVisible(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def room(self) -> QSize:
        """Return the size that shows every item in full, in px."""
        columns = _columns(self._blocks(), 0)
        return QSize(columns.room + 2 * _RING, columns.height + 2 * _RING)

    def doItemsLayout(self) -> None:
        """Place what is shown, each heading with its items in one piece."""
        blocks = self._blocks()
        items = [item for block in blocks for item in block]
        columns = _columns(blocks, self.viewport().width())
        with QSignalBlocker(self.model()):  # else each new size would ask for another layout
            for item, place in zip(items, columns.places, strict=True):
                item.setSizeHint(place.size())
        super().doItemsLayout()
        for item, place in zip(items, columns.places, strict=True):
            self.setPositionForIndex(place.topLeft(), self.indexFromItem(item))
        self._height = columns.height
        self.updateGeometries()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self.verticalScrollBar().setRange(0, max(0, self._height - self.viewport().height()))

    def initViewItemOption(self, option: QStyleOptionViewItem) -> None:
        super().initViewItemOption(option)
        option.decorationPosition = QStyleOptionViewItem.Position.Left
        option.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Let Down and Up pass through the columns one after the other, Left and Right between them."""
        actions = QAbstractItemView.CursorAction
        if action in (actions.MoveDown, actions.MoveUp):
            item = self._neighbour(1 if action == actions.MoveDown else -1)
        elif action in (actions.MoveLeft, actions.MoveRight):
            item = self._beside(1 if action == actions.MoveRight else -1)
        else:
            return super().moveCursor(action, modifiers)
        return self.indexFromItem(item) if item else self.currentIndex()

    def _neighbour(self, step: int) -> QListWidgetItem | None:
        """Return the item after (1) or before (-1) the current one."""
        rows = self._rows()
        place = rows.index(self.currentItem()) + step if self.currentItem() in rows else 0
        return rows[place] if 0 <= place < len(rows) else None

    def _beside(self, side: int) -> QListWidgetItem | None:
        """Return the item that is nearest in height in the column to the right (1) or the left (-1)."""
        if self.currentItem() is None:
            return None
        here = self.visualItemRect(self.currentItem())
        others = [item for item in self._rows() if (self.visualItemRect(item).left() - here.left()) * side > 0]
        return min(others, key=lambda item: abs(self.visualItemRect(item).top() - here.top()), default=None)

    def _blocks(self) -> list[list[QListWidgetItem]]:
        """Return what is shown below each heading, which comes first."""
        blocks: list[list[QListWidgetItem]] = []
        for item in map(self.item, range(self.count())):
            if not item.isHidden():
                blocks.append([item]) if not item.flags() else blocks[-1].append(item)
        return blocks

    def _rows(self) -> list[QListWidgetItem]:
        """Return what is shown, without the headings."""
        return [item for block in self._blocks() for item in block[1:]]


def _columns(blocks: Sequence[Sequence[QListWidgetItem]], width: int) -> Columns:
    return Columns.of([[item.data(ROOM) for item in block] for block in blocks], width)
