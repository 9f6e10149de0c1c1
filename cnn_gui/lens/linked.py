"""Several mosaics of the same places: pointing at a value in one points at it in all."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from engine.layer import Array


class LinkedMosaics(QWidget):
    """Mosaics side by side, of maps (C, H, W) or vectors (features,) of one shape; their pages turn together.
    Their read-out is left to whoever shows them.

    Attributes:
        views: the mosaics.

    Signals:
        pointed(Spot or None): the mouse is over another value.

    Thread: GUI.
    """

    pointed = Signal(object)

    def __init__(self, names: Sequence[str], alike: Sequence[int] = (), parent: QWidget | None = None) -> None:
        """Those whose places are in *alike* have the same colours for the same values."""
        super().__init__(parent)
        self._alike = alike
        self.views = tuple(MosaicView(brief=True) for _ in names)
        self._axes = 3
        self._linking = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[2])
        for view, name in zip(self.views, names, strict=True):
            view.set_caption(name)
            view.setAccessibleName(name)
            row.addWidget(view, 1)
            view.canvas.pointed.connect(self._on_pointed)
            view.canvas.pages_changed.connect(lambda view=view: self._on_page_changed(view))

    @property
    def spot(self) -> Spot | None:
        """The value under the mouse, in any of them; None without."""
        return self.views[0].canvas.spot

    def show_values(self, *values: Array, titles: Sequence[str] = ()) -> None:
        """Show an array in each of them; maps have *titles*, or numbers."""
        self._axes = values[0].ndim
        shared = np.fmax.reduce([np.abs(values[place]) for place in self._alike]) if self._alike else None
        for place, (view, array) in enumerate(zip(self.views, values, strict=True)):
            reach = shared if place in self._alike else None
            if array.ndim == 3:
                view.set_maps(array, reach=reach, titles=titles)
            else:
                view.set_vector(array, reach=reach)

    def index(self) -> tuple[int, ...] | None:
        """Return where in the arrays the value under the mouse stands."""
        return None if self.spot is None else tuple(self.spot[: self._axes])

    def where(self) -> str:
        """Return in words where the value under the mouse stands; '' without."""
        tiles = self.views[0].canvas.tiles
        return "" if self.spot is None or tiles is None else tiles.where(*self.spot)

    def _on_pointed(self, spot: Spot | None) -> None:
        if self._linking:
            return
        self._linking = True
        for view in self.views:
            view.canvas.point_at(spot)
        self._linking = False
        self.pointed.emit(spot)

    def _on_page_changed(self, turned: MosaicView) -> None:
        if self._linking:
            return
        pointed, self._linking = self.spot is not None, True
        for view in self.views:
            view.canvas.turn(turned.canvas.page - view.canvas.page)  # which points at nothing
        self._linking = False
        if pointed:
            self.pointed.emit(None)
