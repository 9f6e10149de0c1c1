"""Picks one weight of a layer: by a click in a picture, or by its place."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.weights import arrays
from cnn_gui.lens.weights.arrays import Place
from cnn_gui.lens.weights.chooser import WeightChooser
from cnn_gui.plots.colormaps import ColorMap
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from engine.layer import Array

_MOST = 600  # weights that are shown at once; of a larger layer, those of one filter or unit


class WeightPicker(QWidget):
    """A mosaic of the layer's weights, all or those of the chosen filter; one of them is marked.

    Signals:
        picked(str, tuple): a person picked the weight at that place of the array of that name.

    Thread: GUI.
    """

    picked = Signal(str, object)

    def __init__(self, chooser: WeightChooser, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._arrays: Mapping[str, Array] = {}
        self._title, self._marked = "", False
        self._channels: Sequence[str] = ()
        self.chooser, self.mosaic = chooser, MosaicView(ColorMap.WEIGHTS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.mosaic)
        self.mosaic.canvas.setAccessibleName(self.tr("Weights of the layer; click one to watch it"))
        for canvas in (self.mosaic.canvas, self.mosaic.strip):
            canvas.picks = True
        self.mosaic.canvas.picked.connect(lambda spot: self.picked.emit(*self._weight_at(spot)))
        self.mosaic.strip.picked.connect(lambda spot: self.picked.emit("bias", (spot.tile,)))
        chooser.chosen.connect(self.picked)

    def show_arrays(self, values: Mapping[str, Array], title: str, channels: Sequence[str] = ()) -> None:
        """Show the learned arrays of a layer, by name; *channels* are the names of those that kernels read."""
        self._arrays, self._title, self._channels = values, title, channels
        self.chooser.show_arrays({name: array.shape for name, array in values.items()})
        self._draw()

    def mark(self, name: str, place: Place) -> None:
        """Mark a weight; an empty *name*: none."""
        self._marked = bool(name)
        if name:
            self.chooser.show_weight(name, place)
        self._draw()

    def _draw(self) -> None:
        if not self._arrays:
            return
        name, place = self.chooser.weight
        if self._whole:
            self.mosaic.set_caption(self._title, self.tr("click a weight"))
            arrays.show(self.mosaic, self._arrays, self._channels)
        else:
            self._draw_part(name, place)
        on_strip = self._whole and name == "bias" and "weight" in self._arrays
        self.mosaic.strip.mark(picked=Spot(place[0], 0, 0) if on_strip and self._marked else None)
        self.mosaic.canvas.mark(picked=self._spot(name, place) if self._marked and not on_strip else None)

    def _draw_part(self, name: str, place: Place) -> None:
        """Show one array that has one axis, or what belongs to one filter or unit of it."""
        values = self._arrays[name]
        if values.ndim == 1:
            self.mosaic.set_caption(self._title, name)
            self.mosaic.set_maps(values[:, None, None], word=name)
            return
        filter_, word = (self.tr("filter {0}"), self.tr("channel")) if values.ndim == 4 else (
            self.tr("unit {0}"), self.tr("input"))  # fmt: skip
        self.mosaic.set_caption(self._title, filter_.format(place[0]))
        shown = values[place[0]].reshape(values.shape[1], *(values.shape[2:] or (1, 1)))
        self.mosaic.set_maps(shown, word=word, titles=self._channels if values.ndim == 4 else ())

    @property
    def _whole(self) -> bool:
        return sum(values.size for values in self._arrays.values()) <= _MOST

    def _weight_at(self, spot: Spot) -> tuple[str, Place]:
        """Return which weight stands at a spot of the mosaic."""
        name, place = self.chooser.weight
        inside = (spot.row, spot.column)
        if not self._whole:
            axes = self._arrays[name].ndim
            return name, (spot.tile,) if axes == 1 else (place[0], spot.tile, *inside[: axes - 2])
        weight = self._arrays.get("weight")
        if weight is not None:
            return "weight", (*divmod(spot.tile, int(weight.shape[1])), *inside[: weight.ndim - 2])
        names = [(each, i) for each, values in self._arrays.items() for i in range(values.size)]
        return names[spot.tile][0], (names[spot.tile][1],)

    def _spot(self, name: str, place: Place) -> Spot:
        """Return where a weight stands in the mosaic."""
        inside = place[2:] if len(place) == 4 else (0, 0)
        if not self._whole:
            return Spot(place[1] if len(place) > 1 else place[0], *inside)
        if len(place) > 1:
            return Spot(place[0] * int(self._arrays[name].shape[1]) + place[1], *inside)
        names = list(self._arrays)
        return Spot(sum(self._arrays[each].size for each in names[: names.index(name)]) + place[0], *inside)
