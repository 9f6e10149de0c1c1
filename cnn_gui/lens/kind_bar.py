"""The pages of the microscope: one for each kind of view that suits the layer."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnn_gui import glossary
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.plots.page_bar import PageBar


class KindBar(PageBar):
    """The same kind of view stays chosen from layer to layer where it can.

    Attributes:
        kinds: what is offered.
        kind: what is chosen; None without any.

    Signals:
        turned(): another kind is chosen, and needs a frame.
        top_wanted(): a person chose the kind on show once more, to go up to the top of its page.

    Thread: GUI.
    """

    turned = Signal()
    top_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds: Sequence[type[LayerView]] = ()
        self.kind: type[LayerView] | None = None
        self._wanted: type[LayerView] | None = None
        self.chosen.connect(self._on_chosen)

    def offer(self, frame: Frame) -> None:
        """Have a page for each kind of view that suits the selected layer of *frame*."""
        kinds = [kind for kind in ALL if kind.suits(frame)]
        if kinds == self.kinds:
            return
        self.kinds, before, self._wanted = kinds, self._wanted or self.kind, None
        self.set_pages([(self.tr(kind.title), glossary.tooltip(self.tr(kind.tip), kind.terms)) for kind in kinds])
        self._turn_to(next((kind for kind in kinds if kind is before), kinds[0] if kinds else None))

    def choose(self, kind: type[LayerView]) -> None:
        """Choose that *kind*, at once or when a layer comes that it suits."""
        if kind not in self.kinds:
            self._wanted = kind
        elif kind is not self.kind:
            self._turn_to(kind)
            self.turned.emit()

    def _on_chosen(self, number: int) -> None:
        if self.kinds[number] is self.kind:
            self.top_wanted.emit()
        else:
            self.choose(self.kinds[number])

    def explanation(self) -> tuple[str, str]:
        """Return the title of the chosen kind, and what it shows and means as HTML."""
        assert self.kind is not None
        return self.tr(self.kind.title), glossary.table(self.kind.terms, f"{self.tr(self.kind.tip)}.")

    def _turn_to(self, kind: type[LayerView] | None) -> None:
        self.kind = kind
        if kind is not None:
            self.show_page(self.kinds.index(kind))
