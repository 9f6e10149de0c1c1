"""What one sample adds to the gradient of a mini-batch, with its name."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QWidget

from cnn_gui import theme
from cnn_gui.plots.grid import Cell, Grid, Placement
from cnn_gui.plots.grid_lines import paint_text
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.text import small_font

_LINES = 2  # of what a sample is about


class ShareView(GridView):
    """A grid with what its sample is *about* in lines below it, or the value under the mouse; what the colours mean
    is told once for all samples.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.about: Sequence[str] = ()

    def show_share(self, grid: Grid, about: Sequence[str]) -> None:
        """Show another array, and what its sample is about."""
        self.about = about
        self.show_grid(grid)
        self.setAccessibleDescription(", ".join(about))

    def place_of(self, grid: Grid) -> Placement:
        line = self._height + 2
        area = QRectF(0.5, line, self.width() - 1, max(1, self.height() - line - _LINES * self._height - 2))
        return Placement.fit(grid.shape, area, self.devicePixelRatioF(), grid.elastic)

    def paint_foot(self, painter: QPainter, grid: Grid, place: Placement, spot: Cell | None = None) -> None:
        painter.setFont(small_font(self.font()))
        line, scheme = QRectF(0, place.rect.bottom() + 2, self.width(), self._height), theme.tokens(self.palette())
        if spot is not None:
            paint_text(painter, line, grid.read_out(spot, brief=True), scheme.text)
            return
        for text in self.about:
            paint_text(painter, line, text, scheme.muted)
            line.translate(0, self._height)

    @property
    def _height(self) -> int:
        return QFontMetrics(small_font(self.font())).height()
