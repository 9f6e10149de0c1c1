"""Pen strokes as values, and the one way in which they become ink."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen

from engine.data.digits import fit_pen

Point = tuple[float, float]
Ink = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One movement of the pen.

    Attributes:
        points: one or more (x, y), 0 to 1 across the canvas, y downwards; what lies outside is not drawn.
        width: of the round pen, as a share of the canvas's side, > 0 and at most 1.

    Raises:
        ValueError: no point, a coordinate that is not finite, or a width out of range.
    """

    points: tuple[Point, ...]
    width: float

    def __post_init__(self) -> None:
        if not self.points or not all(math.isfinite(x) and math.isfinite(y) for x, y in self.points):
            raise ValueError(f"points={self.points[:3]}: a stroke needs one or more points of finite numbers.")
        if not 0 < self.width <= 1:
            raise ValueError(f"width={self.width} of a stroke: give a share of the canvas above 0 and up to 1.")

    def extended(self, point: Point) -> "Stroke":
        """Return the stroke with *point* (x, y) at its end."""
        return Stroke((*self.points, point), self.width)


def fitted(strokes: Sequence[Stroke], box: int, least: float, most: float) -> tuple[Stroke, ...]:
    """Return *strokes* with their pens wider or finer by one factor, if need be; see ``engine.data.digits.fit_pen``.

    So a drawing keeps its holes however small it is, where a thick pen has closed them on the paper.
    """
    if not strokes:
        return ()
    points, pen = np.concatenate([stroke.points for stroke in strokes]), _pen(strokes)
    return _with_pen(strokes, fit_pen(pen, float(np.ptp(points, axis=0).max()), box, least, most) / pen)


def fitted_on_sheet(strokes: Sequence[Stroke], side: int, least: float, most: float) -> tuple[Stroke, ...]:
    """Return *strokes* with pens that make them *least* to *most* px thick where the paper's side is *side* px."""
    if not strokes:
        return ()
    pen = _pen(strokes)
    return _with_pen(strokes, min(max(pen, least / side), most / side) / pen)


def _pen(strokes: Sequence[Stroke]) -> float:
    """Return the pen that one or more *strokes* were drawn with, as a share of the paper's side."""
    return float(np.median([stroke.width for stroke in strokes]))


def _with_pen(strokes: Sequence[Stroke], factor: float) -> tuple[Stroke, ...]:
    return tuple(replace(stroke, width=min(1.0, stroke.width * factor)) for stroke in strokes)


def rasterise(strokes: Iterable[Stroke], size: int) -> Ink:
    """Return the ink of *strokes* as a (size, size) float32 array in [0, 1]: 0 is paper, 1 is ink."""
    image = blank(size)
    for stroke in strokes:
        draw(stroke, image)
    return as_ink(image)


def blank(size: int) -> QImage:
    """Return an empty *size* x *size* picture of ink: Format_Grayscale8, 0 is paper."""
    image = QImage(size, size, QImage.Format.Format_Grayscale8)
    image.fill(0)
    return image


def draw(stroke: Stroke, image: QImage) -> None:
    """Add *stroke* to a square picture of ink, anti-aliased, with a round pen."""
    side = image.width()
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(_round_pen(stroke.width * side))
    points = [QPointF(x * side, y * side) for x, y in stroke.points]
    if len(points) == 1:
        painter.drawPoint(points[0])
    else:
        painter.drawPath(_smooth(points))
    painter.end()


def as_ink(image: QImage) -> Ink:
    """Return a Format_Grayscale8 picture as a (height, width) float32 array in [0, 1]."""
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()] * np.float32(1 / 255)


def _round_pen(width: float) -> QPen:
    return QPen(Qt.GlobalColor.white, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _smooth(points: list[QPointF]) -> QPainterPath:
    """Join the middles of neighbouring points by parabolas that bend towards the points themselves."""
    path = QPainterPath(points[0])
    for here, following in pairwise(points[1:]):
        path.quadTo(here, (here + following) / 2)
    path.lineTo(points[-1])
    return path
