"""How rows of name, bar and per cent are painted."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from cnn_gui import theme

_GAP = theme.SPACE[1]
_TALLEST_ROW = 28  # px
_THICKEST_BAR = 12  # px
_WIDEST_NAME = 0.4  # of the row


@dataclass(frozen=True, slots=True)
class BarRow:
    """One class: *share* is the length of its bar, 0 to 1, *percent* the same as text."""

    name: str
    share: float
    percent: str
    wins: bool


def paint_rows(
    painter: QPainter,
    area: QRectF,
    rows: Sequence[BarRow],
    widest_percent: str,
    scheme: theme.Tokens,
    font: QFont,
) -> float:
    """Paint one or more *rows* from the top of *area* down and return where the last one ends, in px.

    The column of numbers has room for *widest_percent*, so that the bars keep their place as numbers change.
    """
    height = min(area.height() / len(rows), theme.scaled(_TALLEST_ROW))
    bold = QFontMetrics(_weighted(font, True))
    name_width = min(max(bold.horizontalAdvance(row.name) for row in rows), area.width() * _WIDEST_NAME)
    value_width = bold.horizontalAdvance(widest_percent)
    for index, row in enumerate(rows):
        line = QRectF(area.x(), area.y() + index * height, area.width(), height)
        _paint_texts(painter, line, row, name_width, scheme, font)
        space = line.adjusted(name_width + _GAP, 0, -value_width - _GAP, 0)
        _paint_bar(painter, space, row, scheme)
    return area.y() + len(rows) * height


def tabular(font: QFont, pixels: int) -> QFont:
    """Return *font* at *pixels*, at the usual text size, with digits of equal width."""
    font = QFont(font)
    font.setPixelSize(theme.scaled(pixels))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _paint_texts(
    painter: QPainter, line: QRectF, row: BarRow, name_width: float, scheme: theme.Tokens, font: QFont
) -> None:
    painter.setFont(_weighted(font, row.wins))
    painter.setPen(QColor(scheme.text if row.wins else scheme.muted))
    name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, int(name_width))
    painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
    painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, row.percent)


def _paint_bar(painter: QPainter, space: QRectF, row: BarRow, scheme: theme.Tokens) -> None:
    thickness = min(space.height() * 0.5, _THICKEST_BAR)
    track = QRectF(space.x(), space.center().y() - thickness / 2, max(space.width(), 0), thickness)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(scheme.line))
    painter.drawRoundedRect(track, thickness / 4, thickness / 4)
    painter.setBrush(QColor(scheme.accent if row.wins else scheme.muted))
    track.setWidth(track.width() * row.share)
    painter.drawRoundedRect(track, thickness / 4, thickness / 4)


def _weighted(font: QFont, bold: bool) -> QFont:
    font = QFont(font)
    font.setBold(bold)
    return font
