"""A loud word while gradients are wrong on purpose."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.fault_switches import FaultSwitches
from cnn_gui.plain_text import PlainLabel

_AROUND = 2 * theme.SPACE[1] + 2  # px, of the style sheet


class FaultBadge(PlainLabel):
    """Says which faults are on, and whether training has them; out of sight while none is. It takes what room is left.

    Attributes:
        whole_text: what it says where there is room; else the end is in the tooltip alone.

    Thread: the GUI's.
    """

    def __init__(self, faults: FaultSwitches, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._faults, self.whole_text = faults, ""
        self.setProperty("role", "alarm")
        self.setIndent(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        faults.changed.connect(self._update)
        self._update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _update(self) -> None:
        faults = self._faults
        text = self.tr("Faulty training: {0}") if faults.in_training else self.tr("Faulty gradients: {0}")
        self.whole_text = text.format(faults.briefs)
        where = (
            self.tr("Training computes with them.") if faults.in_training else self.tr("Training does without them.")
        )
        self.setToolTip(self.tr("{0}. Switched on inside the layer, under Check. {1}").format(self.whole_text, where))
        self.setAccessibleName(self.whole_text)
        self.setMaximumWidth(self._metrics().horizontalAdvance(self.whole_text) + _AROUND)
        self.setVisible(bool(faults.briefs))
        self._elide()

    def _elide(self) -> None:
        room = self.width() - _AROUND
        self.setText(self._metrics().elidedText(self.whole_text, Qt.TextElideMode.ElideRight, room))

    def _metrics(self) -> QFontMetrics:
        """Return those of the style sheet's letters, which the font has only once it was shown."""
        font = self.font()
        font.setPixelSize(theme.FONT_NORMAL)
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetrics(font)
