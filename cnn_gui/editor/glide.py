"""Cards glide to their places."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QPointF
from PySide6.QtWidgets import QGraphicsItem

from cnn_gui.motion import Motion


class Glide(QObject):
    """Takes items from where they are to where they belong; *moved* is called after every step.

    Thread: the GUI's.
    """

    def __init__(self, moved: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._moved = moved
        self._ways: dict[QGraphicsItem, tuple[QPointF, QPointF]] = {}
        self._motion = Motion(self._on_moved, self)

    def bring(self, targets: Mapping[QGraphicsItem, QPointF], animate: bool) -> None:
        """Bring each item to its target, at once unless *animate*; a glide under way is given up."""
        self._motion.stop()
        self._ways = {item: (item.pos(), target) for item, target in targets.items()}
        self._motion.go(animate and any(start != end for start, end in self._ways.values()))

    def _on_moved(self, progress: float) -> None:
        for item, (start, end) in self._ways.items():
            item.setPos(start + (end - start) * progress)
        self._moved()
