"""Frames of large networks, whose passes are made beside the GUI."""

from collections.abc import Generator
from threading import Lock

from PySide6.QtCore import QObject, Signal, Slot

from cnn_gui.background import Background
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.passes import MiniBatch, Pass
from engine.trace.record import Trace

_LOOK = 0.01  # s between two looks whether it was given up


class Waiting(QObject):
    """Lets one frame wait for its passes: the newest one, and while a network trains, one after the other.

    Signals:
        ready(Frame): its passes are there.
        failed(text): they cannot be made, and why.

    Thread: the GUI's.
    """

    ready = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background(self)
        self._turn = Lock()
        self._newest: tuple[Frame, bool] | None = None
        self.background.finished.connect(self._on_finished)
        self.background.failed.connect(self.failed)

    def want(self, frame: Frame, batched: bool) -> None:
        """Have the trace of *frame* and, if *batched*, its mini-batch made; while a run goes on, in its turn."""
        before, self._newest = self._newest, (frame, batched)
        if (wanted := frame.passes.hold()) is None:
            return
        same = before is not None and before[0].spec is frame.spec and before[1] == batched
        shown = before[0].passes if before is not None and same else None
        if shown is not frame.passes or not self.background.busy:
            newer = shown is not None and frame.locked and shown.are_like(frame.passes)
            (self.background.ask_anew if newer else self.background.ask)(lambda: self._made(frame, wanted, batched))

    def forget(self) -> None:
        """Give up what is under way."""
        self.background.cancel()
        self._newest = None

    @Slot(object)
    def _on_finished(self, made: "_Made") -> None:
        frame, trace, mini_batch = made
        frame.passes.take(trace, mini_batch, frame.index)
        newest = self._newest[0] if self._newest is not None else frame
        self.ready.emit(newest if newest.passes is frame.passes else frame)

    def _made(self, frame: Frame, wanted: Pass, batched: bool) -> Generator[float, None, "_Made"]:
        while not self._turn.acquire(timeout=_LOOK):  # of what was given up, a piece may be under way
            yield 0.0
        try:
            yield 0.0  # ends here what was given up while it waited
            trace = wanted.trace()
            yield 0.5
            return frame, trace, wanted.mini_batch(frame.index) if batched else None
        finally:
            self._turn.release()


_Made = tuple[Frame, Trace, MiniBatch | None]
