"""How the values of maps become one row of values: pointing at one shows the other."""

from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.channels import Channels
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.text import short
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.flatten import FlattenConfig
from engine.trace.flatten import Flattening
from engine.trace.record import LayerTrace


class FlattenView(LayerView):
    """The maps above, the row of values below."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (FlattenConfig,)
    title: ClassVar[str] = "Places"
    tip: ClassVar[str] = "Where each value of a map stands in the row"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = Channels()
        self._layer: LayerTrace | None = None
        self._flattening = Flattening((1, 1, 1))
        self._linking = False
        self.maps, self.row, self.lines = MosaicView(), MosaicView(), WrappedText(3)
        self.maps.set_caption(self.tr("maps"))
        self.row.set_caption(self.tr("the row of values, in reading order"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.setSpacing(theme.SPACE[1])
        for part, share in ((self.maps, 1), (self.lines, 0), (self.row, 1)):
            column.addWidget(part, share)
        self.maps.canvas.pointed.connect(self._on_map_pointed)
        self.row.canvas.pointed.connect(self._on_row_pointed)

    @classmethod
    def suits(cls, frame: Frame) -> bool:
        maps = frame.info is not None and frame.info.input is not None and len(frame.info.input) == 3
        return maps and super().suits(frame)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        self._layer, self._flattening, self._channels = layer, Flattening(layer.input.shape), frame.channels
        self.maps.set_maps(layer.input, titles=frame.channels.names)
        self.row.set_vector(layer.output)
        self._write(self.maps.canvas.spot)

    def _on_map_pointed(self, spot: Spot | None) -> None:
        position = None if spot is None else Spot(self._flattening.position(*spot), 0, 0)
        self._link(self.row, position, spot)

    def _on_row_pointed(self, spot: Spot | None) -> None:
        place = None if spot is None else Spot(*self._flattening.place(spot.tile))
        self._link(self.maps, place, place)

    def _link(self, other: MosaicView, there: Spot | None, place: Spot | None) -> None:
        """Show the same value in the other mosaic, on whichever page it is."""
        if self._linking:
            return
        self._linking = True
        if there is not None and other.canvas.pages is not None:
            page = other.canvas.pages.page_of(there.tile)
            if page != other.canvas.page:
                other.canvas.turn(page - other.canvas.page)
        other.canvas.point_at(there)
        self._linking = False
        self._write(place)

    def _write(self, place: Spot | None) -> None:
        if self._layer is None:
            return
        channels, height, width = self._layer.input.shape
        text = self.tr("Channel by channel, each row after the last: {0} · {1} · {2} = {3:,} values in a row.")
        lines = [text.format(channels, height, width, channels * height * width)]
        if place is not None:
            position = self._flattening.position(*place)
            channel, row, column = place
            told = self.tr("{0}, row {1}, column {2} = {3}").format(
                self._channels.title(channel), row, column, short(self._layer.input[tuple(place)])
            )
            lines.append(told)
            to = self.tr(
                "stands at position (channel · {1} + row) · {2} + column = ({0[0]} · {1} + {0[1]}) · {2} + {0[2]} = {3}"
            )
            lines.append(to.format(place, height, width, position))
        self.lines.show_lines(lines)
