"""A sentence in two lines, for a place that is wide and low."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui.plain_text import PlainLabel

LINES = 2


class StatusLabel(PlainLabel):
    """Wraps its text into at most LINES lines; the last one ends in an ellipsis where that is not enough.

    It takes the same height for any text, so that nothing around it moves.

    Thread: the GUI's.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setProperty("role", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_first_that_fits(self, *texts: str) -> None:
        """Show the first of *texts* that needs no more than LINES lines, or else the last."""
        self.setText(next((text for text in texts if len(self._starts(text)) <= LINES), texts[-1]))

    def lines(self) -> list[str]:
        """Return what stands in each line at the present width."""
        starts = self._starts(self.text())
        kept = [self.text()[start:end].strip() for start, end in zip(starts, [*starts[1:], None], strict=True)]
        if len(kept) > LINES:
            rest = self.text()[starts[LINES - 1] :]
            kept[LINES - 1 :] = [self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, self.width())]
        return kept

    def sizeHint(self) -> QSize:
        return QSize(0, LINES * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, "\n".join(self.lines()))

    def _starts(self, text: str) -> list[int]:
        """Return where in *text* each line begins."""
        layout, starts = QTextLayout(text, self.font()), []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width())
            starts.append(line.textStart())
        layout.endLayout()
        return starts or [0]
