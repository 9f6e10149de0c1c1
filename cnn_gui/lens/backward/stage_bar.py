"""The stages of a way in a row: one is on show, and they can be played."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QTabBar, QToolButton, QWidget

from cnn_gui import command_table, theme

_PERIOD = 2000  # ms a stage


class StageBar(QWidget):
    """A numbered button for each stage, and play, which goes on to the last one. Left and Right go to the neighbour.

    Signals:
        stage_changed(int): another stage is on show.

    Thread: GUI.
    """

    stage_changed = Signal(int)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs, self.play_button, self._timer = QTabBar(), QToolButton(), QTimer(self)
        for number, name in enumerate(names, 1):
            self.tabs.addTab(f"{number} {name}")
        self._arrange()
        self._dress()
        self._timer.timeout.connect(self._on_timeout)
        self.play_button.clicked.connect(self.toggle)
        self.tabs.currentChanged.connect(self.stage_changed)
        self.tabs.tabBarClicked.connect(self.pause)

    @property
    def stage(self) -> int:
        """The stage on show, from 0."""
        return self.tabs.currentIndex()

    place = stage

    @property
    def count(self) -> int:
        """How many stages there are."""
        return self.tabs.count()

    @property
    def playing(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def step(self, stages: int) -> None:
        """Go so many stages on, but not past the first or the last, and stay there."""
        self.pause()
        self.tabs.setCurrentIndex(min(max(self.stage + stages, 0), self.tabs.count() - 1))

    def toggle(self) -> None:
        """Play, from the first stage if the last is on show, or stop."""
        if self.playing:
            self.pause()
            return
        if self.stage == self.tabs.count() - 1:
            self.tabs.setCurrentIndex(0)
        self._timer.start(_PERIOD)
        self._dress()

    def pause(self) -> None:
        """Stay at the present stage."""
        self._timer.stop()
        self._dress()

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        self.pause()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _on_timeout(self) -> None:
        self.tabs.setCurrentIndex(self.stage + 1)
        if self.stage == self.tabs.count() - 1:
            self.pause()

    def _arrange(self) -> None:
        self.tabs.setProperty("role", "stages")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Stages"))
        self.play_button.setAccessibleName(self.tr("Play or pause"))
        self.play_button.setToolTip(command_table.with_key(self.tr("Play the stages, or pause"), "page_play"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.play_button)
        row.addWidget(self.tabs, 1)

    def _dress(self) -> None:
        colour = theme.tokens(self.palette()).text
        self.play_button.setIcon(theme.icon("pause" if self.playing else "play", colour))
