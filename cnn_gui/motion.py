"""Short moves that show where something went; the events of a person never wait for them."""

import os
from collections.abc import Callable

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QObject, QVariantAnimation
from PySide6.QtWidgets import QApplication, QStyle

DURATION = 150  # ms
REDUCED_MOTION = "CNN_GUI_REDUCED_MOTION"  # environment: any value turns motion off


def is_wanted() -> bool:
    """Return False where the environment or the desktop, by way of the style, asks for reduced motion."""
    # Not QApplication.isEffectEnabled: it is false on every desktop without a Qt platform theme.
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return not os.environ.get(REDUCED_MOTION) and QApplication.style().styleHint(hint) > 0


class Motion(QVariantAnimation):
    """Takes *moved* from 0 to 1 with a gentle end.

    Thread: the GUI's.
    """

    def __init__(self, moved: Callable[[float], None], parent: QObject, duration: int = DURATION) -> None:
        """*duration*: ms, between 120 and 250: long enough to be followed, too short to be waited for."""
        super().__init__(parent)
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(duration)
        self.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._moved = moved
        self.valueChanged.connect(self._on_value_changed)

    @property
    def running(self) -> bool:
        """Whether it is under way, or held."""
        return self.state() is not QAbstractAnimation.State.Stopped

    def go(self, animate: bool = True) -> None:
        """Begin anew, or be at the end at once where *animate* is False or motion is not wanted."""
        self.stop()
        if animate and is_wanted():
            self.start()
        else:
            self._moved(1.0)

    def hold(self, share: float) -> None:
        """Stay so far on in the time of a motion under way: from 0 to, but not including, 1."""
        self.pause()
        self.setCurrentTime(int(share * self.duration()))

    def _on_value_changed(self, progress: float) -> None:
        self._moved(progress)
