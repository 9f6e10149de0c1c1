"""Play, pause, step and speed of a walk over places."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSlider, QToolButton, QWidget

from cnn_gui import command_table, theme
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots import figure

_PERIOD = 320  # ms a step
SPEEDS = {"¼×": 0.25, "½×": 0.5, "1×": 1.0, "2×": 2.0, "4×": 4.0, "8×": 8.0}
_USUAL = "1×"


class Transport(QWidget):
    """Walks over *count* places, round and round, or goes where the slider is put.

    Signals:
        place_changed(int): another place, by its own walk or by its buttons.

    Thread: GUI.
    """

    place_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place, self._count = 0, 1
        self._timer = QTimer(self)
        figure.leave_out(self)
        self._timer.timeout.connect(self._on_timeout)
        self.back_button, self.play_button, self.step_button = QToolButton(), QToolButton(), QToolButton()
        self.places, self.speed, self.label = QSlider(Qt.Orientation.Horizontal), QComboBox(), PlainLabel()
        self._arrange()
        self._dress()
        self.back_button.clicked.connect(lambda: self.step(-1))
        self.step_button.clicked.connect(lambda: self.step(1))
        self.play_button.clicked.connect(self.toggle)
        self.places.valueChanged.connect(self._on_slid)
        self.speed.currentIndexChanged.connect(self._on_speed_changed)

    @property
    def place(self) -> int:
        """The place on show, from 0."""
        return self._place

    @property
    def count(self) -> int:
        """How many places there are."""
        return self._count

    @property
    def period(self) -> int:
        """How long each place is to be seen, in ms, at the present speed."""
        return round(_PERIOD / SPEEDS[self.speed.currentText()])

    @property
    def playing(self) -> bool:
        """Whether it walks by itself."""
        return self._timer.isActive()

    def set_count(self, count: int) -> None:
        """Walk over so many places; the present one stays where there is one."""
        self._count = max(1, count)
        self._place = min(self._place, self._count - 1)
        self.places.blockSignals(True)
        self.places.setRange(0, self._count - 1)
        self.places.blockSignals(False)
        self._write()

    def go_to(self, place: int) -> None:
        """Show a place, because a person asked for it; nothing is emitted."""
        self._place = place
        self._write()

    def step(self, places: int) -> None:
        """Go so many places on and stop there."""
        self.pause()
        self._go(places)

    def toggle(self) -> None:
        """Walk, or stop walking."""
        if self.playing:
            self.pause()
        else:
            self._timer.start(self.period)
            self._dress()

    def pause(self) -> None:
        """Stop walking."""
        self._timer.stop()
        self._dress()

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        self.pause()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _go(self, places: int) -> None:
        self._place = (self._place + places) % self._count
        self._write()
        self.place_changed.emit(self._place)

    def _on_slid(self, place: int) -> None:
        self.step(place - self._place)

    def _on_timeout(self) -> None:
        self._go(1)

    def _on_speed_changed(self) -> None:
        if self.playing:
            self._timer.start(self.period)

    def _write(self) -> None:
        self.places.blockSignals(True)
        self.places.setValue(self._place)
        self.places.blockSignals(False)
        said = self.tr("step {0:,} of {1:,}")
        self.label.setText(said.format(self._place + 1, self._count))
        self.label.setMinimumWidth(self.label.fontMetrics().horizontalAdvance(said.format(self._count, self._count)))

    def _arrange(self) -> None:
        self.speed.addItems([*SPEEDS])
        self.speed.setCurrentText(_USUAL)
        self.places.setMinimumWidth(32)
        self.places.setMaximumWidth(240)
        self.label.setProperty("role", "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        for part in (self.back_button, self.play_button, self.step_button, self.places, self.label, self.speed):
            row.addWidget(part, part is self.places)
        row.addStretch(1)
        for control, name in (
            (self.back_button, command_table.tip("page_previous")), (self.step_button, command_table.tip("page_next")),
            (self.play_button, command_table.tip("page_play")), (self.places, self.tr("Place")),
            (self.speed, self.tr("Speed")),
        ):  # fmt: skip
            control.setAccessibleName(name)
            control.setToolTip(name)

    def _dress(self) -> None:
        colour = theme.tokens(self.palette()).text
        for button, icon in (
            (self.back_button, "previous"), (self.step_button, "next"),
            (self.play_button, "pause" if self.playing else "play"),
        ):  # fmt: skip
            button.setIcon(theme.icon(icon, colour))
