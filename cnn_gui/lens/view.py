"""What every view of the microscope is."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from cnn_gui.lens.frame import Frame
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.mosaic import MosaicView
from engine.layer import LayerConfig


class LayerView(QWidget):
    """A page of the microscope: one way to look at layers of some kinds.

    Attributes:
        kinds: the configs of the layers that it shows.
        title, tip: what it is called and what it shows, translated where it is made.
        terms: the words of the glossary that a beginner meets on it.
        shows_gradients: whether deliberate faults of this layer or of later ones make its numbers wrong.
        needs_numbers: whether it shows nothing without ``layer_trace``; else ``shaped_layer`` will do.

    Signals:
        configured(str, LayerConfig): a person wants the layer of that uid to be like that.
        frame_wanted(): it needs passes of its frame that are not there.
        detail_changed(): another detail of the page is open, or none any more.

    Thread: GUI.
    """

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = ()
    title: ClassVar[str] = ""
    tip: ClassVar[str] = ""
    terms: ClassVar[tuple[str, ...]] = ()
    shows_gradients: ClassVar[bool] = False
    needs_numbers: ClassVar[bool] = True
    configured = Signal(str, object)
    frame_wanted = Signal()
    detail_changed = Signal()

    @classmethod
    def suits(cls, frame: Frame) -> bool:
        """Return whether it can show the selected layer of *frame*."""
        return frame.spec is not None and isinstance(frame.spec.config, cls.kinds)

    @property
    def coloured(self) -> Sequence[GridView | MosaicView]:
        """The pictures whose colours a person may choose the range of."""
        return *self.findChildren(GridView), *self.findChildren(MosaicView)

    @property
    def batched(self) -> bool:
        """Whether what it shows just now needs the mini-batch of its frame."""
        return False

    def show_frame(self, frame: Frame) -> None:
        """Show the selected layer of *frame*, whose ``layer_trace`` is there; or ``shaped_layer`` if that will do."""
        raise NotImplementedError

    @property
    def detail(self) -> str:
        """What is open within the page, such as 'output (4, 4)'; '' at its top."""
        return ""

    def step_back(self) -> bool:
        """Go one level up within the page; False where it is at its top."""
        return False

    def shut_down(self) -> None:
        """End what runs in the background, and wait for it: the window goes."""
