"""An image with the colours of an array laid over it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor, QPainter, QPen

from cnn_gui import theme
from cnn_gui.plots.grid import Cell, Grid, Placement
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.pictures import Pixels, to_image, to_pixels
from cnn_gui.plots.text import number
from cnn_gui.plots.thumbnail import photograph

Floats = npt.NDArray[np.floating]
_FADED = 0.6  # of the image goes under the strongest colours, which would drown in its ink


@dataclass(frozen=True, eq=False)
class Overlay(Grid):
    """A grid over an *image* (C, H, W) in [0, 1]; its colours cover it by *strength*, 0 to 1, where they are strongest.

    Attributes:
        values: (H, W), NaN for none.
    """

    image: Floats = field(default_factory=lambda: np.zeros((1, 1, 1)))
    strength: float = 0.7

    def read_out(self, cell: Cell, brief: bool = False) -> str:
        pixel, value = ", ".join(number(float(each)) for each in self.image[:, *cell]), float(self.values[cell])
        where = f"({cell[0]}, {cell[1]})" if brief else _tr("row {0}, column {1}").format(*cell)
        text = _tr("{0}: pixel {1}").format(where, pixel)
        return text if np.isnan(value) else _tr("{0}, map {1}").format(text, number(value))

    def colours(self, dark: bool) -> Pixels:
        """Return (H, W): the colours of the values, the stronger the more they cover."""
        share = np.clip(np.nan_to_num(np.abs(self.values)) / self.limit, 0, 1) ** 0.5 * self.strength
        pixels = to_pixels(np.nan_to_num(self.values), self.colormap, self.limit, dark)
        bands = (pixels[None] >> np.array([16, 8, 0], np.uint32)[:, None, None]) & 255
        red, green, blue = np.rint(bands * share).astype(np.uint32)
        return np.rint(share * 255).astype(np.uint32) << 24 | red << 16 | green << 8 | blue


class OverlayView(GridView):
    """Shows an ``Overlay``; a click and the mouse over it work as on any grid.

    Thread: GUI.
    """

    def paint_picture(self, painter: QPainter, grid: Grid, place: Placement, vector: bool = False) -> None:
        assert isinstance(grid, Overlay)
        scheme = theme.tokens(self.palette())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, place.side < 1)
        painter.setOpacity(1 - _FADED * grid.strength)
        painter.drawImage(place.rect, photograph(grid.image))
        painter.setOpacity(1)
        painter.drawImage(place.rect, to_image(grid.colours(scheme.dark)))
        painter.setPen(QPen(QColor(scheme.line), 1))
        painter.drawRect(place.rect)
        self.paint_title(painter, grid, place)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Overlay", text)
