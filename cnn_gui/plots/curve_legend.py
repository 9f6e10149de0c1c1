"""The legend of a plot of curves: as many words as there is room for, in one line or else in two."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

_BETWEEN = "\u2002"  # an en space between two series
_USUAL = "0.0000"  # a value as long as most: names shall not come and go while values change
_LEAST = "batch"  # the series that is left out first: noise


class Entry(NamedTuple):
    """What a series is drawn with, its colour, its name, whole and in *short*, and its value."""

    mark: str
    colour: str
    name: str
    short: str
    value: str


Rows = list[list[Entry]]


class CurveLegend(QLabel):
    """Names each series with its value. What does not fit is in the tooltip: the batch, long names.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Mapping[str, Entry] = {}
        self.setProperty("role", "small")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Mapping[str, Entry]) -> None:
        """Show *entries*, by the name of their series."""
        self._entries = entries
        self.setToolTip("<br>".join(map(_html, entries.values())))
        self._fit()

    def set_faded(self, faded: bool) -> None:
        """Write in grey, or as usual."""
        self.setProperty("role", "muted" if faded else "small")
        self.style().unpolish(self)
        self.style().polish(self)

    def sizeHint(self) -> QSize:
        return QSize(0, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        ways = list(self._ways())
        rows = next((way for way in ways if all(map(self._fits, way))), ways[-1])
        self.setFixedHeight(len(rows) * self.fontMetrics().lineSpacing())
        self.setText("<br>".join(_BETWEEN.join(map(_html, row)) for row in rows))

    def _ways(self) -> Iterator[Rows]:
        """Yield the rows in which it can be told, all of it first."""
        everything = list(self._entries.values())
        kept = [entry for name, entry in self._entries.items() if name != _LEAST]
        short = [entry._replace(name=entry.short) for entry in kept]
        yield [everything]
        yield [kept]
        yield [short]
        yield [short[:2], short[2:]]

    def _fits(self, entries: list[Entry]) -> bool:
        measure = self.fontMetrics().horizontalAdvance
        names = _BETWEEN.join(" ".join(filter(None, (each.mark, each.name, " "))) for each in entries)
        return measure(names) + sum(max(measure(each.value), measure(_USUAL)) for each in entries) <= self.width()


def _html(entry: Entry) -> str:
    words = " ".join(filter(None, (entry.name, entry.value)))
    return f'<span style="color:{entry.colour}">{entry.mark}</span>&nbsp;{escape(words).replace(" ", "&nbsp;")}'
