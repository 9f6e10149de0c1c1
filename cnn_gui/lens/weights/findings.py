"""What stands out among the filters of a layer: those that are silent, and those that are nearly the same."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame, layer_title
from cnn_gui.lens.weights import arrays, words
from cnn_gui.plots.mosaic_page import Ring
from engine.layer import Array
from engine.trace import filters

_MOST_RINGS = 16


class Findings(QLabel):
    """Sentences with a link to each filter that they name.

    Signals:
        chosen(int): a person wants to see that filter.

    Thread: GUI.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log, self._compared, self._pairs = filters.SilenceLog(), np.zeros(0), tuple[filters.Pair, ...]()
        self.setProperty("role", "small")
        self.setTextFormat(Qt.TextFormat.RichText)  # with links to filters; whatever comes from a file is escaped
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setMinimumWidth(1)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.linkActivated.connect(lambda filter_: self.chosen.emit(int(filter_)))
        self._dress()

    def find(self, frame: Frame, weight: Array, word: str) -> list[Ring]:
        """Tell what stands out among the filters of *weight* (F, ...), called *word*; return frames to mark it with."""
        if not np.array_equal(weight, self._compared):
            self._compared, self._pairs = weight, filters.alike(weight)
        silent, told = self._silence(frame, weight, word)
        self.setText(f"{told}<br>{words.alike(word, self._pairs)}")
        twins = dict.fromkeys(filter_ for pair in self._pairs[: words.MOST] for filter_ in (pair.first, pair.second))
        same = [Ring(arrays.tiles_of(weight, filter_), "warning") for filter_ in twins]
        return same + [Ring(arrays.tiles_of(weight, filter_), "bad", dashed=True) for filter_ in silent[:_MOST_RINGS]]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _silence(self, frame: Frame, weight: Array, word: str) -> tuple[Sequence[int], str]:
        """Return the filters that were silent for every sample seen, and the sentence about them."""
        assert frame.trace is not None and frame.sample is not None and frame.spec is not None
        found = filters.silence(frame.trace.layers, frame.index)
        moment = frame.spec.uid, frame.step
        silent, seen = self._log.add(frame.sample.image.tobytes(), moment, weight, found.silent)
        where = layer_title(frame.architecture, frame.trace.layers[found.layer].spec)
        several = self.tr("each of the {0} samples seen with these weights").format(seen)
        samples = several if seen > 1 else frame.sample.title
        numbers = np.flatnonzero(silent).tolist()
        return numbers, words.silent(word, numbers, len(weight), where, found.positions, samples)

    def _dress(self) -> None:
        palette, accent = self.palette(), theme.tokens(self.palette()).accent
        if palette.color(palette.ColorRole.Link).name() != accent.lower():  # setting it is a change of its own
            palette.setColor(palette.ColorRole.Link, accent)
            self.setPalette(palette)
