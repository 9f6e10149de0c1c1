"""A microscope on the screen by itself, with a network of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.exceptions import capture_exceptions, format_captured_exceptions
from pytestqt.qtbot import QtBot

from cnn_gui.document import Document
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.microscope import Microscope
from cnn_gui.lens.sample import Sample
from cnn_gui.lens.view import LayerView
from engine.data.dataset import pixels
from tests.helpers import fingers
from tests.helpers.networks import Network

SMALL, LARGE = (360, 420), (1280, 900)


class Desk:
    """A microscope on the screen that looks at a network's first test image, and has a frame whenever it wants one."""

    def __init__(self, qtbot: QtBot, document: Document) -> None:
        self.document, self.left = document, 0
        self.microscope = Microscope(document)
        qtbot.addWidget(self.microscope)
        self.microscope.left.connect(self._on_left)
        self.microscope.frame_wanted.connect(self.renew)
        self.sample = self.test_image()
        self.microscope.resize(*LARGE)
        self.microscope.show()

    def test_image(self) -> Sample:
        assert self.document.data.dataset is not None
        test = self.document.data.dataset.test
        return Sample(pixels(test.images[0]), "test image 0", int(test.labels[0]))

    def renew(self) -> None:
        self.frame = Frame(self.document, self.sample, 0)
        self.microscope.show_frame(self.frame)

    def select(self, layer: int) -> None:
        self.document.select(self.document.architecture.layers[layer].uid)
        self.renew()

    def views(self) -> Iterator[LayerView]:
        """Yield each view of the selected layer, opened."""
        for kind in self.microscope.kinds:
            self.microscope.look_through(kind)
            fingers.settle()
            assert type(self.microscope.view) is kind
            yield self.microscope.view

    def close(self) -> None:
        self.microscope.shut_down()
        self.microscope.close()

    def _on_left(self) -> None:
        self.left += 1


@contextmanager
def watched(qtbot: QtBot, qtlog, network: Network) -> Iterator[Desk]:  # type: ignore[no-untyped-def]
    """Give a desk with *network*; fail at once where anything is raised or Qt complains, so that examples shrink."""
    before = len(qtlog.records)
    with capture_exceptions() as raised:
        desk = Desk(qtbot, network.document())
        yield desk
        desk.close()
        fingers.settle()
    assert not raised, format_captured_exceptions(raised)
    assert not [record.message for record in qtlog.records[before:] if not record.ignored]
