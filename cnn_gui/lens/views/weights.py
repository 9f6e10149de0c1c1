"""What a layer has learned: its weights, their gradient or their last update, and what stands out among them."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.names import input_place
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.weights import arrays, words
from cnn_gui.lens.weights.findings import Findings
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.histogram import Bins, HistogramView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.round_numbers import round_up
from engine.layer import Array, LayerConfig
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.trace import filters

VALUE, GRADIENT, UPDATE = range(3)
_COLOURS = (ColorMap.WEIGHTS, ColorMap.GRADIENTS, ColorMap.WEIGHTS)
_BINS = 41
_FOOT = 136  # px, height of the histogram and the findings


class WeightsView(LayerView):
    """The layer's weights as a mosaic, with a histogram; silent and nearly equal filters are framed and told.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig, DenseConfig, BatchNormConfig)
    title: ClassVar[str] = "Weights"
    tip: ClassVar[str] = "Weights, their gradient and their last update; silent and nearly equal filters"
    terms: ClassVar[tuple[str, ...]] = ("filter", "dC/dW")
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self.modes, self.mosaic, self.histogram = QTabBar(), MosaicView(ColorMap.WEIGHTS), HistogramView()
        self.figures, self.findings = PlainLabel(), Findings()
        self._arrange()
        self.modes.currentChanged.connect(self._on_mode_changed)
        self.mosaic.tile_selected.connect(self._show_distribution)
        self.mosaic.tile_selected.connect(self.detail_changed)
        self.findings.chosen.connect(self.select)

    def show_frame(self, frame: Frame) -> None:
        self._frame = frame
        assert frame.learning is not None
        frame.learning.want_updates(self.modes.currentIndex() == UPDATE)
        values = self._values(frame)
        if values:
            self.mosaic.colormap = _COLOURS[self.modes.currentIndex()]
            if self.modes.currentIndex() == UPDATE:
                self.mosaic.ranges = Ranges(frame.ranges.scale, lambda _: frame.learning.largest_update)
            self.mosaic.set_caption(self._subject(frame), self._details(frame))
            arrays.show(self.mosaic, values, frame.channels.names, input_place(frame))
        else:
            self.mosaic.show_message(
                self.tr(
                    "After the first training step, what it added to each weight is shown here: press Step or Train."
                )
            )
        self._show_distribution()
        self._find(frame)

    def select(self, filter_: int) -> None:
        """Select a filter, by its first tile."""
        weight = self._weight()
        if weight is not None:
            self.mosaic.canvas.select(arrays.tiles_of(weight, filter_).start)

    @property
    def detail(self) -> str:
        weight, selected = self._weight(), self.mosaic.canvas.selected
        if weight is None or selected < 0:
            return ""
        return f"{self._word()} {arrays.filter_of(weight, selected)}"

    def step_back(self) -> bool:
        selected = self.mosaic.canvas.selected >= 0
        self.mosaic.canvas.select(-1)
        return selected

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        if self._frame is not None and self._frame.learning is not None:
            self._frame.learning.want_updates(False)

    def _values(self, frame: Frame) -> Mapping[str, Array]:
        """Return the arrays to be shown, by name; empty where there are none."""
        layer = frame.layer_trace
        assert layer is not None and frame.learning is not None
        updates = frame.learning.updates if self.modes.currentIndex() == UPDATE else {}
        source = (layer.parameters, layer.gradients, updates)[self.modes.currentIndex()]
        return {name: source[name] for name in layer.gradients if name in source}

    def _subject(self, frame: Frame) -> str:
        what = (self.tr("weights"), self.tr("dC/dW"), self.tr("last update"))[self.modes.currentIndex()]
        return f"{frame.title()} · {what}"

    def _details(self, frame: Frame) -> str:
        if self.modes.currentIndex() == GRADIENT and frame.sample is not None:
            return self.tr("of {0} alone").format(frame.sample.title)
        return frame.moment()

    def _weight(self) -> Array | None:
        """Return the kernels or the matrix of the layer; None where it has neither."""
        layer = self._frame.layer_trace if self._frame is not None else None
        weight = layer.parameters.get("weight") if layer is not None else None
        return weight if weight is not None and weight.ndim > 1 else None

    def _show_distribution(self) -> None:
        """Show how the values are distributed: all of them, or those of the selected filter."""
        values = self._values(self._frame) if self._frame is not None else {}
        weight, selected = self._weight(), self.mosaic.canvas.selected
        self.histogram.setVisible(bool(values))
        self.figures.setVisible(bool(values))
        if not values:
            return
        shown, title = [*values.values()], self.tr("all values")
        if weight is not None and selected >= 0:
            filter_ = arrays.filter_of(weight, selected)
            shown, title = [values["weight"][filter_]], f"{self._word()} {filter_}"
        found, limit = filters.distribution(*shown), round_up(max(map(signed_levels, shown)))
        bins = Bins(filters.histogram(shown, limit, _BINS), limit, found.mean, found.deviation)
        self.histogram.show_bins(bins, self.mosaic.colormap, self.tr("{0} ({1:,})").format(title, found.size))
        self.figures.setText(words.figures(found))

    def _find(self, frame: Frame) -> None:
        """Point out silent filters and those that are nearly the same."""
        weight = self._weight()
        self.findings.setVisible(weight is not None)
        if weight is None:
            self.mosaic.canvas.mark()
            return
        self.mosaic.canvas.mark(self.findings.find(frame, weight, self._word()))

    def _word(self) -> str:
        weight = self._weight()
        return self.tr("filter") if weight is not None and weight.ndim == 4 else self.tr("unit")

    def _on_mode_changed(self) -> None:
        if self._frame is not None:
            self.show_frame(self._frame)

    def _arrange(self) -> None:
        for text, tip in (
            (self.tr("Value"), self.tr("The current weights")),
            (self.tr("Gradient dC/dW"), self.tr("How the loss of this sample changes with each weight")),
            (self.tr("Last update"), self.tr("What the last training step added to each weight")),
        ):
            self.modes.setTabToolTip(self.modes.addTab(text), tip)
        self.modes.setProperty("role", "stages")
        self.modes.setDrawBase(False)
        self.modes.setExpanding(False)
        self.modes.setAccessibleName(self.tr("What is shown of the weights"))
        self.mosaic.canvas.setAccessibleName(self.tr("Weights of the layer"))
        self.figures.setProperty("role", "small")
        self.figures.setWordWrap(True)
        self.figures.setMinimumWidth(1)
        told, foot, column = QVBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        told.addWidget(self.figures)
        told.addWidget(self.findings, 1)
        lower = QWidget()
        lower.setFixedHeight(_FOOT)
        lower.setLayout(foot)
        foot.addWidget(self.histogram, 2)
        foot.addLayout(told, 3)
        column.addWidget(self.modes)
        column.addWidget(self.mosaic, 1)
        column.addWidget(lower)
        for layout, space in ((told, theme.SPACE[0]), (foot, theme.SPACE[3]), (column, theme.SPACE[1])):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
