"""The dialog of the race: batch size and steps, start and cancel, progress, the result."""

import numpy as np
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.text import number
from cnn_gui.race.runner import LapFigures, RaceFigures, RaceRunner
from cnn_gui.race.table import RaceTable
from engine.data.dataset import pixels
from engine.race import FAST, LOOPS, Course, Progress

BATCH, STEPS = (1, 512, 32), (1, 20, 3)  # least, most, and at first
_WIDTH = 680  # px
_ICON = 16  # px


class RaceDialog(QDialog):
    """Runs the race on the document's network as it is when Start is pressed; the window stays usable beside it.

    Thread: GUI.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._rng = document, np.random.default_rng(0)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Compare naive loops, im2col and the fast path"))
        self.runner = RaceRunner(self)
        self.batch, self.steps = _box(*BATCH), _box(*STEPS)
        self.estimate, self.start_button = PlainLabel(), QPushButton(self.tr("Start"))
        self.progress, self.state = QProgressBar(), PlainLabel()
        self.table, self.sign, self.verdict, self.note = RaceTable(), QLabel(), PlainLabel(), PlainLabel()
        self.copy_button = QPushButton(self.tr("Copy as text"))
        self._arrange()
        self._connect()
        self._show_state()

    @property
    def obstacle(self) -> str:
        """Why a race cannot start now; '' if it can."""
        document = self._document
        if document.problem is not None:
            return self.tr("The network cannot be trained as it is: {0}").format(document.problem)
        if not document.architecture.layers:
            return self.tr("There is no network yet. Add layers or choose a preset.")
        if document.data.dataset is None or not len(document.data.dataset.train):
            return self.tr("There are no training images yet. Load data first.")
        if document.locked:
            return self.tr("A training run is under way and would slow all three down. Stop it first.")
        return ""

    def course(self) -> Course:
        """Return what is run: the document's network and settings, on mini-batches of its training images."""
        document, count = self._document, self.batch.value()
        assert document.data.dataset is not None
        train = document.data.dataset.train
        parts = [train.take(self._rng.integers(0, len(train), count)) for _ in range(self.steps.value())]
        batches = [(pixels(part.images), part.labels) for part in parts]
        return Course(document.architecture, document.data.input_shape, document.settings, batches)

    @Slot()
    def start(self) -> None:
        """Begin, or end what is under way."""
        if self.runner.busy:
            self.runner.cancel()
            self._show_state(self.tr("Cancelled."))
            return
        if self.obstacle:
            self._show_state()
            return
        self._show_result(None)
        self.runner.start(self.course())
        self.progress.setRange(0, 0)
        self._show_state(self.tr("Starting a process that measures alone..."))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.runner.cancel()
        super().closeEvent(event)

    def reject(self) -> None:
        self.runner.cancel()
        super().reject()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_verdict()

    @Slot(object)
    def _on_advanced(self, progress: Progress) -> None:
        if progress.backend == LOOPS:
            self.progress.setRange(0, progress.steps + 1)  # all others together take less than one step of the loops
            self.progress.setValue(progress.step)
        done = self.tr("{0}: step {1} of {2}").format(self.table.name(progress.backend), progress.step, progress.steps)
        self._show_state(done)

    @Slot(object)
    def _on_finished(self, figures: RaceFigures) -> None:
        self._show_result(figures)

    @Slot(str)
    def _on_failed(self, text: str) -> None:
        self._show_state(text)

    @Slot()
    def _on_document_changed(self) -> None:
        if not self.runner.busy:
            self._show_state()

    def _show_state(self, text: str = "") -> None:
        """Say what is under way, or why nothing can start, or how long it will take."""
        busy, obstacle = self.runner.busy, self.obstacle
        self.start_button.setText(self.tr("Cancel") if busy else self.tr("Start"))
        self.start_button.setEnabled(busy or not obstacle)
        self.start_button.setToolTip(obstacle if not busy else self.tr("End the measurement at once"))
        for box in (self.batch, self.steps):
            box.setEnabled(not busy)
        self.progress.setVisible(busy)
        self.state.setText(text or obstacle)
        self.state.setVisible(bool(self.state.text()))
        self.estimate.setText("" if obstacle or busy else self._estimated())

    def _estimated(self) -> str:
        course = self._sized()
        seconds, images = course.loops_seconds, course.shortened_images
        if seconds < 1:
            return self.tr("takes about a second")
        words = self.tr("about {0:.0f} s").format(seconds)
        if seconds >= 100:
            words = self.tr("about {0:.0f} min").format(seconds / 60)
        return self.tr("{0}, nearly all of it the loops with {1} images a step").format(words, images)

    def _sized(self) -> Course:
        """Return a course of the chosen size without images."""
        document, count = self._document, self.batch.value()
        empty = np.empty((count, 0), np.float32), np.empty(count, np.intp)
        return Course(document.architecture, document.data.input_shape, document.settings, [empty] * self.steps.value())

    def _show_result(self, figures: RaceFigures | None) -> None:
        self.table.show_figures(figures)
        self.copy_button.setEnabled(figures is not None)
        self._results.setCurrentWidget(self._result if figures is not None else self._empty)
        self._show_verdict()
        self._show_state()

    def _show_verdict(self) -> None:
        figures = self.table.figures
        if figures is None:
            return
        scheme = theme.tokens(self.palette())
        icon, colour = ("passed", scheme.good) if figures.agrees else ("failed", scheme.bad)
        self.sign.setPixmap(theme.icon(icon, colour).pixmap(_ICON, _ICON))
        self.verdict.setText(self._verdict(figures))
        self.note.setText(self._note(figures))
        self.note.setVisible(bool(self.note.text()))

    def _verdict(self, figures: RaceFigures) -> str:
        losses = [lap.loss_difference for lap in figures.laps if lap.backend != FAST]
        weights = [lap.weight_difference for lap in figures.laps if lap.backend != FAST]
        if any(each is None for each in (*losses, *weights)):
            return self.tr("The three do not agree: a difference is no number.")
        loss, way = max(each or 0.0 for each in losses), max(each or 0.0 for each in weights)
        text = self.tr("All three agree") if figures.agrees else self.tr("The three do not agree")
        return self.tr(
            "{0}: losses differ by at most {1} of the largest ({2} is allowed), weights by {3} of the way that "
            "training moved them ({4} is allowed)."
        ).format(text, *(number(each, 1) for each in (loss, figures.loss_tolerance, way, figures.weight_tolerance)))

    def _note(self, figures: RaceFigures) -> str:
        loops, im2col, fast = figures.laps
        faster = self.tr("The fast path is {0:.1f} times as fast as im2col.").format(
            fast.images_per_second / im2col.images_per_second
        )
        if (loops.images, loops.steps) == (fast.images, fast.steps):
            return faster
        short = self.tr(
            "The loops trained {0} of the {1} steps, on the first {2} of each {3} images; their results are compared "
            "with the fast path on the same images."
        ).format(loops.steps, fast.steps, loops.images, fast.images)
        return f"{faster} {short}"

    @Slot()
    def _copy(self) -> None:
        figures = self.table.figures
        if figures is None:
            return
        heads = "implementation", "images", "steps", "seconds", "images/s", "times the loops"
        rows = ["\t".join(heads), *("\t".join(map(str, self._cells(lap))) for lap in figures.laps)]
        QGuiApplication.clipboard().setText("\n".join([*rows, self._verdict(figures), self._note(figures)]))

    def _cells(self, lap: LapFigures) -> tuple[object, ...]:
        name = self.table.name(lap.backend)
        return name, lap.images, lap.steps, lap.seconds, lap.images_per_second, lap.times_the_loops

    def _connect(self) -> None:
        document = self._document
        self.start_button.clicked.connect(self.start)
        self.copy_button.clicked.connect(self._copy)
        self.runner.advanced.connect(self._on_advanced)
        self.runner.finished.connect(self._on_finished)
        self.runner.failed.connect(self._on_failed)
        for box in (self.batch, self.steps):
            box.valueChanged.connect(lambda: self._show_state())
        for signal in (document.architecture_changed, document.data_changed, document.lock_changed):
            signal.connect(self._on_document_changed)

    def _arrange(self) -> None:
        about = PlainLabel(
            self.tr(
                "Trains this network on each of the three in turn: from the same random weights, on the same images, "
                "on one core. The weights of the project stay as they are."
            )
        )
        about.setWordWrap(True)
        choice, verdict = QHBoxLayout(), QHBoxLayout()
        for box, text, tip in (
            (self.batch, self.tr("&Batch size"), self.tr("Images a step")),
            (self.steps, self.tr("S&teps"), self.tr("Mini-batches that are trained on")),
        ):
            label = QLabel(text)
            label.setBuddy(box)
            box.setToolTip(tip)
            box.setAccessibleName(text.replace("&", ""))
            choice.addWidget(label)
            choice.addWidget(box)
            choice.addSpacing(theme.SPACE[1])
        self.estimate.setProperty("role", "muted")
        self.estimate.setWordWrap(True)
        choice.addWidget(self.estimate, 1)
        self.start_button.setProperty("role", "primary")
        self.start_button.setDefault(True)
        theme.follow_text_size(self.start_button, lambda: self.start_button.setMinimumWidth(theme.scaled(96)))
        choice.addWidget(self.start_button)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the comparison"))
        for label in (self.verdict, self.note, self.state):
            label.setWordWrap(True)
        self.note.setProperty("role", "muted")
        self.state.setProperty("role", "muted")
        verdict.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        verdict.addWidget(self.verdict, 1)
        self._results, self._empty, self._result = QStackedWidget(), QWidget(), QWidget()
        hint = PlainLabel(self.tr("The result comes here: images a second, and whether all three agree."))
        hint.setProperty("role", "hint")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        empty, result = QVBoxLayout(self._empty), QVBoxLayout(self._result)
        empty.addWidget(hint)
        result.addWidget(self.table)
        result.addSpacing(theme.SPACE[1])
        result.addLayout(verdict)
        result.addWidget(self.note)
        result.addStretch(1)
        result.setContentsMargins(0, 0, 0, 0)
        for page in (self._empty, self._result):
            self._results.addWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self.copy_button.setEnabled(False)
        self.copy_button.setToolTip(self.tr("Copy the numbers, with tabs between them, and what they mean"))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[3]] * 4)
        column.setSpacing(theme.SPACE[2])
        column.addWidget(about)
        column.addLayout(choice)
        column.addWidget(self.state)
        column.addWidget(self.progress)
        column.addWidget(self._results, 1)
        column.addWidget(buttons)
        theme.indent_numbers(self)
        self.resize(theme.scaled(_WIDTH), self.sizeHint().height())


def _box(least: int, most: int, first: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(least, most)
    box.setValue(first)
    theme.follow_text_size(box, lambda: box.setFixedWidth(theme.scaled(76)))
    return box
