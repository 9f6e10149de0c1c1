"""Short glides that show where a card went; the events of a person never wait for them."""

import os
from collections.abc import Callable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyle

DURATION = 150  # ms
REDUCED_MOTION = "CNN_GUI_REDUCED_MOTION"  # environment: any value turns motion off


def is_wanted() -> bool:
    """Return False where the environment or the desktop, by way of the style, asks for reduced motion."""
    # Not QApplication.isEffectEnabled: it is false on every desktop without a Qt platform theme.
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return not os.environ.get(REDUCED_MOTION) and QApplication.style().styleHint(hint) > 0


class Glide(QVariantAnimation):
    """Takes items from where they are to where they belong; *moved* is called after every step.

    Thread: the GUI's.
    """

    def __init__(self, moved: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._moved = moved
        self._ways: dict[QGraphicsItem, tuple[QPointF, QPointF]] = {}
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(DURATION)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(self._on_value_changed)

    def bring(self, targets: Mapping[QGraphicsItem, QPointF], animate: bool) -> None:
        """Bring each item to its target, at once unless *animate*; a glide under way is given up."""
        self.stop()
        self._ways = {item: (item.pos(), target) for item, target in targets.items()}
        if animate and is_wanted() and any(start != end for start, end in self._ways.values()):
            self.start()
        else:
            self._on_value_changed(1.0)

    def _on_value_changed(self, progress: float) -> None:
        for item, (start, end) in self._ways.items():
            item.setPos(start + (end - start) * progress)
        self._moved()
