"""The result of a race: a row for each backend, with a bar as long as the logarithm of its speed."""

from math import ceil, floor, log10

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.plots.text import small_font
from cnn_gui.race.runner import LapFigures, RaceFigures
from engine.race import FAST, IM2COL, LOOPS

_ROW, _BAR = 48, 18  # px
_NAMES, _NUMBERS, _LEAST_BAR = 190, (84, 90, 84), 100  # px, the widths of the columns
_GAP = theme.SPACE[3]
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RaceTable(QWidget):
    """Says of each backend what it is, how many images a second it trains, and how many times as fast as the loops.

    Attributes:
        figures: what is on show; None for nothing.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures: RaceFigures | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Speed of the three implementations"))

    def show_figures(self, figures: RaceFigures | None) -> None:
        """Show a result; None for none."""
        self.figures = figures
        self.setAccessibleDescription("; ".join(self.lines()))
        self.update()

    def name(self, backend: str) -> str:
        """Return what a backend is called."""
        return {LOOPS: self.tr("Naive loops"), IM2COL: self.tr("im2col"), FAST: self.tr("Fast path")}[backend]

    def lines(self) -> list[str]:
        """Return each row as a sentence."""
        if self.figures is None:
            return []
        text = self.tr("{0}: {1} images/s, {2} times the loops, {3} a step")
        return [
            text.format(self.name(lap.backend), speed(lap.images_per_second), times(lap), self._step(lap))
            for lap in self.figures.laps
        ]

    def sizeHint(self) -> QSize:
        return QSize(560, self._line() + 3 * theme.scaled(_ROW) + self._line())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(_NAMES + sum(_NUMBERS) + _LEAST_BAR) + 2 * _GAP, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange):
            self.updateGeometry()
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, scheme = QPainter(self), theme.tokens(self.palette())
        painter.setFont(small_font(self.font()))
        bars, numbers = self._columns()
        self._paint_heads(painter, scheme, bars, numbers)
        laps = {lap.backend: lap for lap in self.figures.laps} if self.figures else {}
        decades = self._decades()
        for place, backend in enumerate((LOOPS, IM2COL, FAST)):
            row = QRectF(0, self._line() + place * theme.scaled(_ROW), self.width(), theme.scaled(_ROW))
            painter.setPen(QColor(scheme.line))
            painter.drawLine(row.topLeft(), row.topRight())
            self._paint_names(painter, scheme, row, backend, bars.left() - _GAP)
            if lap := laps.get(backend):
                self._paint_bar(painter, scheme, row, bars, lap, decades)
                self._paint_numbers(painter, scheme, row, numbers, lap)
        if laps:
            self._paint_scale(painter, scheme, bars, decades)

    def _line(self) -> int:
        return theme.scaled(20)

    def _columns(self) -> tuple[QRectF, list[QRectF]]:
        """Return where the bars lie, and the columns of numbers."""
        widths = [theme.scaled(width) for width in _NUMBERS]
        left = theme.scaled(_NAMES) + _GAP
        bars = QRectF(left, 0, max(40.0, self.width() - left - sum(widths) - _GAP), self.height())
        numbers, at = [], bars.right() + _GAP
        for width in widths:
            numbers.append(QRectF(at, 0, width, self._line()))
            at += width
        return bars, numbers

    def _decades(self) -> tuple[int, int]:
        """Return the powers of ten that the bars reach from and to."""
        if self.figures is None:
            return 0, 1
        speeds = [log10(max(lap.images_per_second, 1e-9)) for lap in self.figures.laps]
        return floor(min(speeds)) - 1, ceil(max(speeds))

    def _paint_heads(self, painter: QPainter, scheme: theme.Tokens, bars: QRectF, numbers: list[QRectF]) -> None:
        painter.setPen(QColor(scheme.muted))
        painter.drawText(QRectF(bars.left(), 0, bars.width(), self._line()), _LEFT, self.tr("speed, logarithmic"))
        heads = self.tr("images/s"), self.tr("× the loops"), self.tr("a step")
        for room, text in zip(numbers, heads, strict=True):
            painter.drawText(room, _RIGHT, text)

    def _paint_names(self, painter: QPainter, scheme: theme.Tokens, row: QRectF, backend: str, width: float) -> None:
        about = {
            LOOPS: self.tr("the definition, term by term"),
            IM2COL: self.tr("patches as columns, one product"),
            FAST: self.tr("what training uses here"),
        }[backend]
        upper, lower = QRectF(row), QRectF(row)
        upper.setBottom(row.center().y())
        lower.setTop(row.center().y())
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(scheme.text))
        painter.drawText(upper.adjusted(0, 0, width - row.width(), 0), Qt.AlignmentFlag.AlignBottom, self.name(backend))
        painter.restore()
        painter.setPen(QColor(scheme.muted))
        elided = painter.fontMetrics().elidedText(about, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(lower, Qt.AlignmentFlag.AlignTop, elided)

    def _paint_bar(
        self, painter: QPainter, scheme: theme.Tokens, row: QRectF, bars: QRectF, lap: LapFigures,
        decades: tuple[int, int],
    ) -> None:  # fmt: skip
        low, high = decades
        painter.setPen(QPen(QColor(scheme.line), 1))
        for decade in range(low, high + 1):
            x = bars.left() + bars.width() * (decade - low) / (high - low)
            painter.drawLine(int(x), int(row.top()), int(x), int(row.bottom()))
        share = (log10(max(lap.images_per_second, 1e-9)) - low) / (high - low)
        height = theme.scaled(_BAR)
        bar = QRectF(bars.left(), row.center().y() - height / 2, bars.width() * share, height)
        painter.fillRect(bar, QColor(scheme.accent if lap.backend == FAST else scheme.muted))

    def _paint_numbers(
        self, painter: QPainter, scheme: theme.Tokens, row: QRectF, numbers: list[QRectF], lap: LapFigures
    ) -> None:
        painter.save()
        painter.setFont(_tabular(self.font()))
        painter.setPen(QColor(scheme.text))
        texts = speed(lap.images_per_second), times(lap), self._step(lap)
        for room, text in zip(numbers, texts, strict=True):
            painter.drawText(QRectF(room.left(), row.top(), room.width(), row.height()), _RIGHT, text)
        painter.restore()

    def _paint_scale(self, painter: QPainter, scheme: theme.Tokens, bars: QRectF, decades: tuple[int, int]) -> None:
        low, high = decades
        painter.setPen(QColor(scheme.muted))
        top = self._line() + 3 * theme.scaled(_ROW)
        texts = {decade: f"{10.0**decade:,g}" for decade in range(low, high + 1)}
        widest = max(map(painter.fontMetrics().horizontalAdvance, texts.values())) + theme.SPACE[1]
        every = max(1, ceil(widest * (high - low) / bars.width()))
        for decade in range(low, high + 1, every):
            x = bars.left() + bars.width() * (decade - low) / (high - low)
            room = QRectF(x - widest / 2, top, widest, self._line())
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, texts[decade])

    def _step(self, lap: LapFigures) -> str:
        seconds = lap.seconds / lap.steps
        return self.tr("{0:.3g} s").format(seconds) if seconds >= 1 else self.tr("{0:.3g} ms").format(1000 * seconds)


def _tabular(font: QFont) -> QFont:
    font = QFont(font)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def speed(images: float) -> str:
    """Return images a second with three digits that count: '0.43', '12.5', '14,200'."""
    if images >= 100:
        digits = 10 ** max(0, floor(log10(images)) - 2)
        return f"{round(images / digits) * digits:,}"
    return f"{images:.3g}"


def times(lap: LapFigures) -> str:
    """Return how many times as fast as the loops, as precisely as ``speed``."""
    return speed(lap.times_the_loops)
