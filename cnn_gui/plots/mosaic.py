"""Many small maps, kernels or values as one picture, with caption, legend and read-out."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots import mosaic_words
from cnn_gui.plots.colormaps import ColorMap, signed_levels
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.legend import Legend
from cnn_gui.plots.levels import SteadyLimit
from cnn_gui.plots.mosaic_canvas import MosaicCanvas
from cnn_gui.plots.mosaic_geometry import Spot
from cnn_gui.plots.pager import Pager
from cnn_gui.plots.ranges import Ranges
from cnn_gui.plots.tiles import Biases, Kernels, Maps, Matrix, Tiles, Vector

Floats = npt.NDArray[np.floating]
_STRIP = 24  # px, height of the row of biases


class MosaicView(QWidget):
    """Caption, tiles, read-out of the value under the mouse, legend, and buttons for the pages.

    The colour range follows the values in round numbers: it grows at once and shrinks slowly. Another subject,
    kind or shape of values begins a range of its own.

    Attributes:
        colormap, ranges: what the colours of the next picture mean, and how far they reach.

    Signals:
        tile_selected(int): a person selected a tile, counted over all pages; -1 for none.

    Thread: GUI.
    """

    tile_selected = Signal(int)

    def __init__(
        self, colormap: ColorMap = ColorMap.ACTIVATIONS, parent: QWidget | None = None, *, brief: bool = False
    ) -> None:
        """A *brief* one leaves its read-out to others."""
        super().__init__(parent)
        self._brief = brief
        self.colormap, self.ranges, self._steady = colormap, Ranges(), SteadyLimit()
        self._limit = 0.0
        self._subject, self._details = "", ""
        self.caption, self.note = ElidedLabel("muted"), PlainLabel()
        self.place, self.value = ElidedLabel("muted"), ElidedLabel("muted")
        self.canvas, self.strip = MosaicCanvas(), MosaicCanvas(strip=True)
        self.strip_label = PlainLabel(self.tr("Bias"))
        self.legend, self.pager = Legend(), Pager()
        self._explain()
        self._arrange()
        self.canvas.pointed.connect(self._on_pointed)
        self.strip.pointed.connect(self._on_pointed)
        self.canvas.selected_changed.connect(self._on_selected)
        self.canvas.pages_changed.connect(self._on_pages_changed)
        self.pager.turned.connect(self.canvas.turn)
        self.show_message("")

    @property
    def limit(self) -> float:
        """The value that the last colour of the layer stands for; 0.0 while nothing is shown."""
        return self._limit

    @property
    def readout(self) -> tuple[str, str]:
        """Where the value under the mouse stands, and the value; or else what is shown, and its range."""
        return self.place.whole_text, self.value.whole_text

    def set_caption(self, subject: str, *details: str) -> None:
        """Say what the picture is of: the selected tile's name goes between *subject* and *details*.

        Another subject begins a colour range of its own.
        """
        if subject != self._subject:
            self.forget_range()
        self._subject, self._details = subject, " · ".join(filter(None, details))
        self._write_caption()

    def forget_range(self) -> None:
        """Begin a new colour range with the next values, because they have nothing to do with those before."""
        self._steady.reset()

    def set_maps(
        self,
        values: Floats,
        limit: float | None = None,
        word: str = "",
        first: int = 0,
        reach: Floats | None = None,
        titles: Sequence[str] = (),
    ) -> None:
        """Show maps (K, H, W); colours for -limit to +limit, or for a range that follows the values, or *reach*.

        They are channels, or whatever *word* says, with numbers from *first*, or with *titles*.
        """
        self._show(Maps(values, word, first, titles), limit, reach=reach)

    def set_vector(
        self, values: Floats, names: Sequence[str] = (), limit: float | None = None, reach: Floats | None = None
    ) -> None:
        """Show values (K,) as cells, with *names* in them where there are as many."""
        self._show(Vector(values, names if len(names) == len(values) else ()), limit, reach=reach)

    def set_kernels(self, values: Floats, bias: Floats | None = None, titles: Sequence[str] = ()) -> None:
        """Show kernels (F, C, KH, KW), and below them the biases (F,) in the same colours; channels have *titles*."""
        self._show(Kernels(values, titles), None, bias)

    def set_matrix(self, values: Floats, bias: Floats | None = None, place: Callable[[int], str] | None = None) -> None:
        """Show weights (units, inputs) as one picture, and below it the biases (units,) in the same colours.

        *place* says where an input comes from.
        """
        self._show(Matrix(values, place), None, bias)

    def show_message(self, text: str) -> None:
        """Say in the place of a picture why there is none, and what to do."""
        self._steady.reset()
        self._limit = 0.0
        self.canvas.show_message(text)
        self._show_strip(None)
        self._show_parts(False)

    def _show(self, tiles: Tiles, limit: float | None, bias: Floats | None = None, reach: Floats | None = None) -> None:
        if reach is not None:
            tiles.reach = np.reshape(reach, tiles.values.shape)
        if self.canvas.tiles is None or not tiles.is_like(self.canvas.tiles):
            self._steady.reset()
        largest = max(signed_levels(values) for values in (tiles.reach, bias) if values is not None)
        self._limit = self.ranges.whole(self.colormap, self._steady.follow(largest) if limit is None else limit)
        self.canvas.ranges = self.ranges if tiles.shape != (1, 1) else self.ranges.shared
        self.canvas.show_tiles(tiles, self.colormap, self._limit)
        self._show_strip(bias)
        self._show_parts(True, mosaic_words.warning(tiles))
        self._write_caption()
        self._write_readout()

    def _show_strip(self, bias: Floats | None) -> None:
        for part in (self.strip, self.strip_label):
            part.setVisible(bias is not None)
        if bias is not None:
            self.strip.show_tiles(Biases(bias), self.colormap, self._limit)

    def _show_parts(self, shown: bool, warning: str = "") -> None:
        for part in (self.caption, self.legend):
            part.setVisible(shown)
        for part in (self.place, self.value):
            part.setVisible(shown and not self._brief)
        self.note.setText(warning)
        self.note.setVisible(bool(warning))

    def _write_caption(self) -> None:
        tiles, selected = self.canvas.tiles, self.canvas.selected
        chosen = tiles.tile_name(selected) if tiles is not None and selected >= 0 else ""
        self.caption.show_text(" · ".join(filter(None, (self._subject, chosen, self._details))))

    def _write_readout(self) -> None:
        """Tell the value under the mouse, or else what is shown."""
        texts = "", ""
        if self.canvas.tiles is not None:
            texts = mosaic_words.summary(self.canvas.tiles, self.canvas.selected)
        for canvas in (self.canvas, self.strip):
            if canvas.tiles is not None and canvas.spot is not None:
                texts = mosaic_words.pointed(canvas.tiles, canvas.spot)
        self.place.show_text(texts[0])
        self.value.show_text(texts[1])
        self._write_legend()

    def _write_legend(self) -> None:
        """Tell how far the colours reach; of tiles that differ, those of the one under the mouse or selected."""
        tiles, limit = self.canvas.tiles, None
        tile = self.canvas.spot.tile if self.canvas.spot else self.canvas.selected
        ranges = self.canvas.ranges
        if not ranges.part(self.colormap):
            limit = self._limit
        elif tiles is not None and tile >= 0:
            limit = ranges.limit(tiles.reach[tile], self.colormap, self._limit)
        self.legend.show_range(self.colormap, limit)

    def _on_pointed(self, spot: Spot | None) -> None:
        self._write_readout()

    def _on_selected(self, tile: int) -> None:
        self._write_caption()
        self._write_readout()
        self.tile_selected.emit(tile)

    def _on_pages_changed(self) -> None:
        pages = self.canvas.pages
        self.pager.show_page(self.canvas.page, pages.number if pages else 0)

    def _explain(self) -> None:
        self.canvas.setAccessibleName(self.tr("Picture of the values"))
        self.canvas.setToolTip(
            self.tr("Point at a value to read it, click a tile to select it (arrow keys, Esc). Indices start at 0.")
        )
        self.strip.setAccessibleName(self.tr("Biases"))
        self.strip.setToolTip(self.tr("The bias of each filter or unit, in the same colours. Point at one to read it."))
        self.strip_label.setProperty("role", "muted")
        self.note.setProperty("role", "error")
        self.note.setWordWrap(True)

    def _arrange(self) -> None:
        theme.follow_text_size(self.strip, lambda: self.strip.setFixedHeight(theme.scaled(_STRIP)))
        above, biases, below = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        readout, column = QVBoxLayout(), QVBoxLayout(self)
        above.addWidget(self.caption, 1)
        above.addWidget(self.pager)
        biases.addWidget(self.strip_label)
        biases.addWidget(self.strip, 1)
        readout.addWidget(self.place)
        readout.addWidget(self.value)
        below.addWidget(self.legend)
        below.addLayout(readout, 1)
        column.addLayout(above)
        column.addWidget(self.canvas, 1)
        column.addLayout(biases)
        column.addWidget(self.note)
        column.addLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        for layout, space in ((column, theme.SPACE[0]), (below, theme.SPACE[2]), (readout, 0)):
            layout.setSpacing(space)
