"""The rest of the network while one of its layers is open: small, dimmed, and a click away."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.layer_icons import icon_of
from cnn_gui.lens.frame import layer_title
from engine.architecture import Architecture, LayerSpec

_GAP = theme.SPACE[0]
_HEIGHT = 38  # px of a button: icon, name
_PADDING = 3  # px beside a name, with the button's edge
_LEAST = 54  # px that a button has for a long name at least; cut shorter it would tell nothing


class LayerStrip(QScrollArea):
    """A button with its name for each layer on one wire; the open one alone is in colour, but for those with a warning.
    It scrolls to the open one by itself.

    Signals:
        chosen(str): a person wants to open the layer of that uid.

    Thread: GUI.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self._layers: Sequence[LayerSpec] = ()
        self._warnings: Mapping[str, str] = {}
        self._open = -1
        self.wire, self._group = _Wire(), QButtonGroup(self)
        self._group.idClicked.connect(lambda number: self.chosen.emit(self._layers[number].uid))
        self.setWidget(self.wire)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("Layers of the network"))
        for set_policy in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            set_policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.follow_text_size(self, self._fit_height)

    def show_layers(self, architecture: Architecture, number: int, warnings: Mapping[str, str] | None = None) -> None:
        """Show the layers of a chain, the one of that *number* as open; -1 for none.

        *warnings* says of some, by uid, what is wrong with them.
        """
        warnings = dict(warnings or {})
        if architecture.layers != self._layers:
            self._make(architecture)
        elif (number, warnings) == (self._open, self._warnings):
            return
        self._open, self._warnings = number, warnings
        self._dress()
        if 0 <= number < len(self.buttons):
            self.buttons[number].setChecked(True)
        self._look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._look()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _make(self, architecture: Architecture) -> None:
        for button in self.buttons:
            self._group.removeButton(button)
            self.wire.row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._layers = architecture.layers
        titles = [layer_title(architecture, spec) for spec in self._layers]
        self.buttons = [self._new(number, title) for number, title in enumerate(titles)]
        self._fit()

    def _new(self, number: int, title: str) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.setProperty("role", "link")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFixedHeight(theme.scaled(_HEIGHT))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._group.addButton(button, number)
        self.wire.row.insertWidget(number, button)
        return button

    def _fit(self) -> None:
        """Make the buttons as wide as their names, or so narrow that all have room; then long names are cut."""
        names = [spec.type.label for spec in self._layers]
        whole = [max(theme.TARGET, _measure(button, name)) for button, name in zip(self.buttons, names, strict=True)]
        room = self.width() - 2 - _GAP * (len(names) - 1)
        caps = range(max(whole, default=0), theme.scaled(_LEAST), -1)
        cap = next((cap for cap in caps if sum(min(width, cap) for width in whole) <= room), theme.scaled(_LEAST))
        for button, name, width in zip(self.buttons, names, whole, strict=True):
            button.setFixedWidth(min(width, cap))
            inside = min(width, cap) - 2 * _PADDING
            button.setText(button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, inside))

    def _fit_height(self) -> None:
        self.setFixedHeight(theme.scaled(_HEIGHT) + 2)
        for button in self.buttons:
            button.setFixedHeight(theme.scaled(_HEIGHT))
        self._fit()

    def _look(self) -> None:
        """Bring the open layer into sight, with its neighbours."""
        if 0 <= self._open < len(self.buttons):
            self.wire.row.activate()
            self.ensureWidgetVisible(self.buttons[self._open], 2 * theme.TARGET, 0)

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        for number, (button, spec) in enumerate(zip(self.buttons, self._layers, strict=True)):
            colour = scheme.category[spec.type.category] if number == self._open else scheme.muted
            warning = self._warnings.get(spec.uid, "")
            button.setIcon(icon_of("warning", scheme.bad) if warning else icon_of(spec.type.name, colour))
            about = " · ".join(filter(None, (button.accessibleName(), spec.config.summary())))
            button.setToolTip(plain_text.tooltip("\n".join(filter(None, (about, warning)))))
            button.setAccessibleDescription(warning)


def _measure(button: QToolButton, name: str) -> int:
    """Return how wide a button is that shows all of its name."""
    button.ensurePolished()
    return button.fontMetrics().horizontalAdvance(name) + 2 * _PADDING + 1  # Qt rounds widths down


class _Wire(QWidget):
    """The line that the buttons hang on.

    Attributes:
        row: their layout; what is to spare is behind them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(1, 0, 1, 0)
        self.row.setSpacing(_GAP)
        self.row.addStretch(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        if (first := self.row.itemAt(0).widget()) is None:
            return
        last = self.row.itemAt(self.row.count() - 2).widget()
        painter = QPainter(self)
        painter.setPen(QPen(QColor(theme.tokens(self.palette()).line), 2))
        painter.drawLine(first.geometry().center(), last.geometry().center())
