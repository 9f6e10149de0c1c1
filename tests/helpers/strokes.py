"""Fifty handwritten digits as pen movements, and a hand that draws them with real mouse events."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from pytestqt.qtbot import QtBot

from cnn_gui.draw.canvas import DigitCanvas
from cnn_gui.draw.strokes import Stroke

_FILE = Path(__file__).resolve().parents[1] / "data" / "strokes.json"


@dataclass(frozen=True, slots=True)
class Drawing:
    """One handwritten digit in one style of writing."""

    digit: int
    style: str
    strokes: tuple[Stroke, ...]

    @property
    def name(self) -> str:
        """Name for a test's parameter, e.g. ``7-barred``."""
        return f"{self.digit}-{self.style}"


@lru_cache(maxsize=1)
def load() -> tuple[Drawing, ...]:
    """Return all drawings: at least three styles of each digit, off-centre, small and large ones among them."""
    return tuple(_drawing(entry) for entry in json.loads(_FILE.read_text(encoding="utf-8")))


def play(qtbot: QtBot | None, canvas: DigitCanvas, drawing: Drawing) -> None:
    """Draw on *canvas* with press, moves and release; with a *qtbot*, let the window paint after each stroke."""
    for stroke in drawing.strokes:
        canvas.set_pen_width(stroke.width)
        draw_line(canvas, stroke.points)
        if qtbot is not None:
            qtbot.wait(1)


def draw_line(canvas: DigitCanvas, points: tuple[tuple[float, float], ...]) -> None:
    """Press the left button at the first of *points* (0 to 1 across the paper), move along, and release."""
    send(canvas, QEvent.Type.MouseButtonPress, points[0])
    for point in points[1:]:
        send(canvas, QEvent.Type.MouseMove, point)
    send(canvas, QEvent.Type.MouseButtonRelease, points[-1])


def send(
    canvas: DigitCanvas,
    kind: QEvent.Type,
    point: tuple[float, float],
    button: Qt.MouseButton = Qt.MouseButton.LeftButton,
) -> None:
    """Send one mouse event of *kind* at *point* (0 to 1 across the paper) to *canvas*."""
    paper = canvas.paper()
    place = QPointF(paper.x() + point[0] * paper.width(), paper.y() + point[1] * paper.height())
    moving, released = kind == QEvent.Type.MouseMove, kind == QEvent.Type.MouseButtonRelease
    changed = Qt.MouseButton.NoButton if moving else button
    held = Qt.MouseButton.NoButton if released else button
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), changed, held, modifiers)
    QCoreApplication.sendEvent(canvas, event)


def _drawing(entry: dict) -> Drawing:
    strokes = (Stroke(tuple((x, y) for x, y in points), entry["width"]) for points in entry["strokes"])
    return Drawing(entry["digit"], entry["style"], tuple(strokes))
