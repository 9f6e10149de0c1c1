"""A drawing without a widget: strokes come in, ink comes out."""

from collections.abc import Callable, Iterable

from PySide6.QtGui import QImage

from cnn_gui.draw.ink_layer import InkLayer
from cnn_gui.draw.strokes import Ink, Point, Stroke, as_ink, rasterise

INK_SIZE = 280  # px: ten times the picture that the network gets, whatever the size of the widget
_SHORTEST_STEP = 0.004  # of the paper's side: nearer points add work and no shape


class Drawing:
    """Finished strokes, at most one stroke in progress, and their ink."""

    def __init__(self) -> None:
        self._finished: list[Stroke] = []
        self._live: Stroke | None = None
        self._ink = InkLayer(INK_SIZE)
        self._shown = InkLayer(INK_SIZE)

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        """All strokes, the oldest first; the one in progress is the last."""
        return (*self._finished, self._live) if self._live else tuple(self._finished)

    @property
    def in_progress(self) -> bool:
        """Whether the pen is on the paper."""
        return self._live is not None

    def replace(self, strokes: Iterable[Stroke]) -> None:
        """Take *strokes* as the whole drawing, all of them finished."""
        self._finished, self._live = list(strokes), None
        for layer in (self._ink, self._shown):
            layer.restart(self._finished, layer.size)

    def begin(self, point: Point, width: float) -> None:
        """Put a pen of *width* (share of the paper's side) down at *point* (x, y), 0 to 1 across the paper."""
        self.finish()
        self._live = Stroke((point,), width)

    def extend(self, point: Point) -> bool:
        """Move the pen to *point*; False if it is not down or the step is too short to show."""
        if self._live is None:
            return False
        (x, y), (last_x, last_y) = point, self._live.points[-1]
        if max(abs(x - last_x), abs(y - last_y)) < _SHORTEST_STEP:
            return False
        self._live = self._live.extended(point)
        return True

    def finish(self) -> None:
        """Lift the pen."""
        if self._live is None:
            return
        self._finished.append(self._live)
        self._ink.add(self._live)
        self._shown.add(self._live)
        self._live = None

    def ink(self) -> Ink:
        """Return the ink as (280, 280) float32 in [0, 1]: 0 is paper, 1 is ink."""
        return as_ink(self._ink.image(self._live))

    def redrawn(self, fit: Callable[[tuple[Stroke, ...]], tuple[Stroke, ...]]) -> Ink:
        """Return the ink as ``ink`` does, of the strokes that *fit* makes of those that were drawn."""
        drawn = self.strokes
        strokes = fit(drawn)
        return self.ink() if strokes == drawn else rasterise(strokes, INK_SIZE)

    def picture(self, size: int) -> QImage:
        """Return the ink drawn afresh for *size* px, so that it is sharp on any screen: Format_Grayscale8."""
        if size != self._shown.size:
            self._shown.restart(self._finished, size)
        return self._shown.image(self._live)
