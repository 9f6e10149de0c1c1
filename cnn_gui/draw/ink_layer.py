"""Ink that is kept between mouse moves."""

from collections.abc import Iterable

from PySide6.QtGui import QImage

from cnn_gui.draw.strokes import Stroke, blank, draw


class InkLayer:
    """The ink of finished strokes at one size; the stroke in progress is drawn over a copy.

    A mouse move therefore costs the stroke in progress, however much is on the paper already.
    """

    def __init__(self, size: int) -> None:
        self._finished = blank(size)

    @property
    def size(self) -> int:
        """Side of the square picture, in px."""
        return self._finished.width()

    def restart(self, strokes: Iterable[Stroke], size: int) -> None:
        """Begin again at *size* px with *strokes* as the finished ones."""
        self._finished = blank(size)
        for stroke in strokes:
            self.add(stroke)

    def add(self, stroke: Stroke) -> None:
        """Finish *stroke*: keep its ink."""
        draw(stroke, self._finished)

    def image(self, in_progress: Stroke | None) -> QImage:
        """Return all the ink as a Format_Grayscale8 picture (0 is paper), with the stroke *in_progress*."""
        image = self._finished.copy()
        if in_progress is not None:
            draw(in_progress, image)
        return image
