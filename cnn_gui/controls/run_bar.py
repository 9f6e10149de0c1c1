"""Train, pause, step, stop, reset, and how far the run is."""

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import command_table, plain_text, theme
from cnn_gui.available import set_obstacle
from cnn_gui.controls.status_label import StatusLabel
from cnn_gui.document import Document
from cnn_gui.training.controller import State, TrainingController
from engine import memory
from engine.threads import default_threads
from engine.trainer import StepResult

_LOOK = 2000  # ms between two looks at what memory is free
_PLAY_WIDTH = 108  # px, whatever it says: what is beside it stays where it is


class RunBar(QWidget):
    """The buttons of a run with a progress bar. Where a run cannot start, it says why.

    Signals:
        reset_requested(): a person wants fresh weights.
        first_step_changed(str): what a person has to do before a run can start; '' if nothing.
        updated(): which buttons rest, and why, may be another.

    Thread: the GUI's.
    """

    reset_requested = Signal()
    first_step_changed = Signal(str)
    updated = Signal()

    def __init__(self, document: Document, controller: TrainingController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._controller = document, controller
        self._invalid_setting, self._first_step = "", ""
        self._looking = QTimer(self, interval=_LOOK)  # while memory is what a run lacks: others may give some back
        self._looking.timeout.connect(self._update)
        self._demand: memory.Demand | None = None
        self._asked: tuple[object, ...] = ()  # what the demand is of
        self._make_buttons()
        self.progress, self.status = self._bar(), StatusLabel(self)
        self._lay_out()
        self._connect()
        self._update()

    def play_or_pause(self) -> None:
        """Train, pause or go on, whichever comes next."""
        actions = {
            State.IDLE: self._controller.start,
            State.RUNNING: self._controller.pause,
            State.PAUSED: self._controller.resume,
        }
        if self._controller.state is State.IDLE:
            self._update()  # what is free may be less by now
        if self.play_button.isEnabled() and (action := actions.get(self._controller.state)):
            action()

    def set_invalid_setting(self, text: str) -> None:
        """Say which training setting is not allowed; '' when all are."""
        self._invalid_setting = text
        self._update()

    @property
    def obstacle(self) -> str:
        """Why a run cannot start now; '' if it can."""
        if problem := self._document.obstacle:
            return self.tr("Cannot train: {0}").format(problem)
        if self._document.data.dataset is None or self._document.data.awaited:
            waiting = self.tr("The data is still being read.")
            return self.tr("Cannot train: {0}").format(self._document.data.problem or waiting)
        if self._invalid_setting or self._controller.state is not State.IDLE:
            return self._invalid_setting
        lacking = self._lacking_memory()
        return self.tr("Cannot train: {0}").format(lacking) if lacking else ""

    @property
    def first_step(self) -> str:
        """What a person has to do before a run can start; '' if nothing."""
        if not self._document.architecture.layers:
            return self.tr("Add layers or choose a preset, then press Train.")
        return self.obstacle

    def _lacking_memory(self) -> str:
        """Return that a run does not fit into memory, and the batch size that does; '' if it fits."""
        document, settings = self._document, self._document.settings
        dataset = document.data.dataset
        held_out = round(len(dataset.train) * settings.validation) if dataset is not None else 0
        images = len(dataset.train) - held_out if dataset is not None else 0
        asked = document.architecture, document.data.input_shape, replace(settings, batch_size=1), images
        if asked != self._asked:
            self._asked = asked
            self._demand = memory.demand(*asked[:3], default_threads(), images)
        return memory.problem(self._demand, settings.batch_size, memory.free())

    def show_progress(self, result: StepResult) -> None:
        """Show the figures of the newest step."""
        settings = self._document.settings
        self.progress.setMaximum(result.steps)
        self.progress.setValue(result.step)
        left = (result.steps - result.step) * settings.batch_size / max(result.images_per_second, 1e-9)
        figures = self.tr("{0} of {1} · step {2:,} of {3:,} · {4:,.0f} images/s · {5} left").format(
            result.epoch, settings.epochs, result.step, result.steps, result.images_per_second, duration(left)
        )
        self.status.show_first_that_fits(
            self.tr("This run: epoch {0}").format(figures), self.tr("Epoch {0}").format(figures)
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._update()

    def _make_buttons(self) -> None:
        self.play_button = QPushButton(self.tr("Train"), self)
        self.play_button.setProperty("role", "primary")
        theme.follow_text_size(self.play_button, lambda: self.play_button.setFixedWidth(theme.scaled(_PLAY_WIDTH)))
        self.step_button = self._button("step", self.tr("Step"), command_table.tip("step"))
        self.stop_button = self._button("stop", self.tr("Stop"), command_table.tip("stop"))
        self.reset_button = self._button("reset", self.tr("Reset"), command_table.tip("reset"))

    def _button(self, icon: str, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("icon_name", icon)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        theme.follow_text_size(button, lambda: button.setFixedSize(*[theme.scaled(theme.TARGET)] * 2))
        return button

    def _bar(self) -> QProgressBar:
        bar = QProgressBar(self)
        bar.setTextVisible(False)
        bar.setAccessibleName(self.tr("Progress of the run"))
        policy = bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the text below stays where it is
        bar.setSizePolicy(policy)
        return bar

    def _connect(self) -> None:
        document, controller = self._document, self._controller
        self.play_button.clicked.connect(self.play_or_pause)
        self.step_button.clicked.connect(controller.step)
        self.stop_button.clicked.connect(controller.stop)
        self.reset_button.clicked.connect(self.reset_requested)
        controller.state_changed.connect(self._update)
        changes = document.architecture_changed, document.data_changed, document.settings_changed
        for signal in (*changes, document.weights_changed):
            signal.connect(self._update)

    def _lay_out(self) -> None:
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        for button in (self.play_button, self.step_button, self.stop_button, self.reset_button):
            box.addWidget(button)
        figures = QVBoxLayout()
        figures.setSpacing(theme.SPACE[0])
        figures.addWidget(self.progress)
        figures.addWidget(self.status)
        box.addSpacing(theme.SPACE[1])
        box.addLayout(figures, 1)
        box.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def _update(self) -> None:
        state, obstacle = self._controller.state, self.obstacle
        idle = state is State.IDLE
        lacks = bool(idle and obstacle and self._lacking_memory())
        if lacks != self._looking.isActive():
            self._looking.start() if lacks else self._looking.stop()
        ending = self.tr("The run ends after the step that is under way.") if state is State.STOPPING else ""
        why_not = (obstacle if idle else "") or ending
        running = "" if idle else self.tr("A run is under way. Stop it first.")
        problem = self._document.problem
        self._show_what_comes_next(state, obstacle)
        self._rest(
            {
                self.play_button: why_not,
                self.step_button: why_not,
                self.stop_button: ending or (self.tr("No run is under way.") if idle else ""),
                self.reset_button: running or str(problem or ""),
            }
        )
        self.progress.setHidden(idle)
        if idle:
            self.progress.reset()
            self.status.setText(obstacle or self.tr("Ready to train."))
            self.status.setToolTip(plain_text.tooltip(obstacle))
        if self.first_step != self._first_step:
            self._first_step = self.first_step
            self.first_step_changed.emit(self._first_step)
        self.updated.emit()

    def _rest(self, reasons: dict[QAbstractButton, str]) -> None:
        """Enable the buttons without a reason to rest; the focus of one that rests goes to Train, if that can be
        pressed."""
        for button, reason in reasons.items():
            if not reason:
                set_obstacle(button, "")
        focus = QApplication.focusWidget()
        if focus is self or (reasons.get(focus)):
            (self if reasons[self.play_button] else self.play_button).setFocus()
        for button, reason in reasons.items():
            set_obstacle(button, reason)

    def _show_what_comes_next(self, state: State, obstacle: str) -> None:
        words = {State.RUNNING: ("pause", self.tr("Pause")), State.PAUSED: ("play", self.tr("Resume"))}
        icon, word = words.get(state, ("play", self.tr("Train")))
        colours = theme.tokens(self.palette())
        self.play_button.setText(word)
        self.play_button.setToolTip(command_table.with_key(word, "play"))
        self.play_button.setIcon(theme.icon(icon, colours.on_accent, colours.muted))
        for button in (self.step_button, self.stop_button, self.reset_button):
            button.setIcon(theme.icon(button.property("icon_name"), colours.text, colours.muted))


def duration(seconds: float) -> str:
    """Return a time as minutes and seconds, '1:05', or hours too, '2:01:05'."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
