"""The scales of a plot: which numbers it spans, and where on the widget they lie."""

from dataclasses import dataclass
from math import log10

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF

from cnn_gui.plots.round_numbers import log_ticks, ticks

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    """From *low* to *high* (low < high); *log* needs 0 < low."""

    low: float
    high: float
    log: bool = False

    def share(self, values: npt.NDArray[np.floating]) -> Array:
        """Return where *values* lie, 0 at low and 1 at high; NaN where a logarithm does not exist."""
        exact = np.asarray(values, np.float64)
        if not self.log:
            return (exact - self.low) / (self.high - self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(exact > 0, np.log10(exact), np.nan)
        return (logs - log10(self.low)) / (log10(self.high) - log10(self.low))

    def ticks(self, most: int) -> list[float]:
        """Return at most *most* round numbers on the axis."""
        return (log_ticks if self.log else ticks)(self.low, self.high, max(2, most))


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle that curves are painted in, and its scales: *x* to the right, *y* upwards."""

    rect: QRectF
    x: Axis
    y: Axis

    def xs(self, values: npt.NDArray[np.floating]) -> Array:
        """Return the horizontal places of *values*, in px."""
        return self.rect.left() + self.x.share(values) * self.rect.width()

    def ys(self, values: npt.NDArray[np.floating]) -> Array:
        """Return the vertical places of *values*, in px."""
        return self.rect.bottom() - self.y.share(values) * self.rect.height()

    def x_at(self, place: float) -> float:
        """Return the number at a horizontal place; the x axis is linear."""
        return self.x.low + (place - self.rect.left()) / self.rect.width() * (self.x.high - self.x.low)
