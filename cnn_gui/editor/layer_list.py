"""The list inside the palette: layer types below the headings of their categories."""

import html
from itertools import groupby

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QFont, QFontMetrics, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidgetItem, QWidget

from cnn_gui import theme
from cnn_gui.editor import face, mime
from cnn_gui.editor.arrangement import CARD_HEIGHT
from cnn_gui.editor.columns_list import ROOM, ColumnsList
from cnn_gui.editor.face import Face, Look
from cnn_gui.layer_icons import icon_of
from engine import registry
from engine.registry import LayerType

_ICON = 16  # px
_AROUND_LABEL = _ICON + 13  # px: the icon, and the space that Qt leaves around icon and text
_HEADING = 18  # px, its height
_SHADE = 8  # px around the card in the hand, for its shadow
_TYPE = Qt.ItemDataRole.UserRole
_HELD = Look(lifted=True)


class LayerList(ColumnsList):
    """Every layer type of the registry in two columns; a drag of one carries its name alone.

    Signals:
        chosen(name): a layer type was double-clicked, or Enter pressed on it.

    Thread: the GUI's.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName(self.tr("Layers"))
        self.itemDoubleClicked.connect(self._choose)
        for category, kinds in groupby(registry.all_types(), key=lambda kind: kind.category):
            self.addItem(_heading(category))
            for kind in kinds:
                self.addItem(self._row(kind))
        self.measure()
        self.paint_icons()

    def show_only(self, words: str) -> bool:
        """Show the layer types that have all *words* in label, name or doc; return whether there are any."""
        wanted, heading, first = words.lower().split(), None, None
        for item in map(self.item, range(self.count())):
            kind = item.data(_TYPE)
            if kind is None:
                heading = item
                heading.setHidden(True)
                continue
            item.setHidden(not all(word in _text(kind) for word in wanted))
            if not item.isHidden():
                heading.setHidden(False)
                first = first or item
        self.setCurrentItem(first)
        return first is not None

    def choose_current(self) -> None:
        """Choose the current layer type."""
        if item := self.currentItem():
            self._choose(item)

    def drag_of(self, kind: LayerType) -> QDrag:
        """Return a drag of a layer type that looks like its card."""
        drag = QDrag(self)
        drag.setMimeData(mime.of_layer_type(kind.name))
        pixmap = _card(kind, theme.tokens(self.palette()), self.devicePixelRatioF())
        drag.setPixmap(pixmap)
        drag.setHotSpot(QPoint(_SHADE + theme.CARD_WIDTH // 2, _SHADE + CARD_HEIGHT // 2))
        return drag

    def paint_icons(self) -> None:
        """Draw the icons in the colours of the scheme."""
        colours = theme.tokens(self.palette()).category
        for item in map(self.item, range(self.count())):
            if kind := item.data(_TYPE):
                item.setIcon(_unchanging(icon_of(kind.name, colours[kind.category])))

    def startDrag(self, actions: Qt.DropAction) -> None:
        if item := self.currentItem():
            self.drag_of(item.data(_TYPE)).exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose_current()
        else:
            super().keyPressEvent(event)

    def measure(self) -> None:
        """Find out the room of each row at the present text size."""
        self.setIconSize(QSize(*[theme.scaled(_ICON)] * 2))
        for item in map(self.item, range(self.count())):
            if kind := item.data(_TYPE):
                width = theme.scaled(_AROUND_LABEL) + _advance(kind.label, theme.FONT_NORMAL)
                item.setData(ROOM, QSize(width, theme.scaled(theme.TARGET)))
            else:
                item.setFont(_font(theme.FONT_SMALL))
                width = _advance(item.text(), theme.FONT_SMALL) + 2 * theme.SPACE[0]
                item.setData(ROOM, QSize(width, theme.scaled(_HEADING)))

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_TYPE).name)

    def _row(self, kind: LayerType) -> QListWidgetItem:
        item = QListWidgetItem(kind.label)
        item.setData(_TYPE, kind)
        how = self.tr("Drag it into the network, or press Enter")
        item.setToolTip(f"<b>{html.escape(kind.label)}</b><br>{html.escape(kind.doc)}<br><small>{how}</small>")
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, f"{kind.doc} {how}")
        return item


def _heading(text: str) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
    return item


def _font(size: int) -> QFont:
    """Return the application's font in *size* px, at the usual text size."""
    font = QFont()
    font.setPixelSize(theme.scaled(size))
    return font


def _advance(text: str, size: int) -> int:
    return QFontMetrics(_font(size)).horizontalAdvance(text)


def _text(kind: LayerType) -> str:
    return f"{kind.label} {kind.name} {kind.doc}".lower()


def _unchanging(icon: QIcon) -> QIcon:
    """Return *icon* with the same colours in a selected row."""
    same = QIcon(icon)
    for size in icon.availableSizes():
        same.addPixmap(icon.pixmap(size), QIcon.Mode.Selected)
    return same


def _card(kind: LayerType, scheme: theme.Tokens, ratio: float) -> QPixmap:
    """Return a picture of a new layer's card."""
    card = QRectF(_SHADE, _SHADE, theme.CARD_WIDTH, CARD_HEIGHT)
    whole = card.adjusted(-_SHADE, -_SHADE, _SHADE, _SHADE).size()
    pixmap = QPixmap((whole * ratio).toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    summary = kind.config().summary()
    shown = Face(kind.name, kind.category, kind.label, (summary,) if summary else ())
    painter = QPainter(pixmap)
    face.paint(painter, card, shown, _HELD, scheme)
    painter.end()
    return pixmap
