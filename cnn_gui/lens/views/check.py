"""The gradient check of any layer: is what backward computes really the slope?"""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.background import Background
from cnn_gui.lens import notices
from cnn_gui.lens.check import words
from cnn_gui.lens.check.fault_section import FaultSection
from cnn_gui.lens.check.job import CheckJob
from cnn_gui.lens.check.report_view import ReportView
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.view import LayerView
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.typed_numbers import WholeBox
from engine.gradreport import GradientReport
from engine.layer import LayerConfig

USUAL_CELLS, MOST_CELLS = 50, 9999
_WHOLE = 1000  # of the bar


class CheckView(LayerView):
    """Checks the layer on show when a person asks for it, and keeps each layer's last result."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (LayerConfig,)
    title: ClassVar[str] = "Check"
    tip: ClassVar[str] = "Whether backward computes this layer's gradients correctly"
    terms: ClassVar[tuple[str, ...]] = ("gradient check",)
    shows_gradients: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: CheckJob | None = None  # of the layer on show
        self._later = ""  # what faults of later layers mean for it
        self._job: CheckJob | None = None  # under way
        self._results: dict[str, tuple[int, str, GradientReport]] = {}  # fingerprint, title and report, by uid
        self.background = Background(self)
        self.check_button, self.cancel_button = QPushButton(self.tr("Check gradients")), QPushButton(self.tr("Cancel"))
        self.cells, self.progress, self.status = WholeBox(), QProgressBar(), ElidedLabel("muted")
        self.explanation, self.report, self.faults = PlainLabel(words.explanation()), ReportView(), FaultSection()
        self._explain()
        self._arrange()
        self.check_button.clicked.connect(self._check)
        self.cancel_button.clicked.connect(self._on_cancelled)
        self.background.advanced.connect(lambda share: self.progress.setValue(round(share * _WHOLE)))
        self.background.finished.connect(self._on_finished)
        self.background.failed.connect(self._on_failed)
        self._show_job(None)

    def show_frame(self, frame: Frame) -> None:
        layer = frame.layer_trace
        assert layer is not None
        sample = frame.sample.title if frame.sample else ""
        title = " · ".join(filter(None, (frame.title(), sample, frame.moment(), words.faults(layer.faults))))
        self._now, self._later = CheckJob.of(layer, title, self.cells.value()), notices.of_later_faults(frame)
        self.faults.show_layer(layer, frame.faults, frame.locked)
        self._show_result()

    def shut_down(self) -> None:
        self.background.shut_down()

    def _check(self) -> None:
        if self._now is not None:
            job = replace(self._now, cells=self.cells.value())
            self.background.ask(job.run)
            self._show_job(job)

    def _on_cancelled(self) -> None:
        self.background.cancel()
        self._show_job(None)

    def _on_finished(self, report: GradientReport) -> None:
        job = self._job
        assert job is not None
        self._results[job.uid] = job.fingerprint, job.title, report
        self._show_job(None)
        self._show_result()

    def _on_failed(self, text: str) -> None:
        self._show_job(None)
        self.status.show_text(text)

    def _show_result(self) -> None:
        """Show the last result of the layer on show, and whether it is of now."""
        found = self._results.get(self._now.uid) if self._now else None
        if found is None or self._now is None:
            self.report.show_report(None)
            return
        mark, title, report = found
        changed = self.tr("The layer, its weights, the sample or the faults have changed since; check again.")
        old = "" if mark == self._now.fingerprint else changed
        self.report.show_report(report, title, old, self._later)

    def _show_job(self, job: CheckJob | None) -> None:
        """Say what is being checked from now on."""
        self._job = job
        for part in (self.progress, self.cancel_button):
            part.setVisible(job is not None)
        self.progress.reset()
        self.status.show_text(self.tr("Checking {0}").format(job.title) if job else "")

    def _explain(self) -> None:
        self.explanation.setProperty("role", "hint")
        self.explanation.setWordWrap(True)
        self.check_button.setProperty("role", "primary")
        self.check_button.setToolTip(self.tr("Check this layer with its current weights, around its current input"))
        self.cells.setRange(1, MOST_CELLS)
        self.cells.setValue(USUAL_CELLS)
        self.cells.setAccessibleName(self.tr("Cells per array"))
        self.cells.setToolTip(self.tr("How many randomly chosen cells of each array are checked"))
        self.progress.setMaximum(_WHOLE)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of the check"))

    def _arrange(self) -> None:
        page, scroll = QWidget(), QScrollArea()
        column, controls, running, whole = QVBoxLayout(page), QHBoxLayout(), QGridLayout(), QVBoxLayout(self)
        cells_label = PlainLabel(self.tr("Cells per array"))
        cells_label.setBuddy(self.cells)
        for part in (self.check_button, cells_label, self.cells):
            controls.addWidget(part)
        controls.addStretch(1)
        running.addWidget(self.status, 0, 0)
        running.addWidget(self.progress, 1, 0)
        running.addWidget(self.cancel_button, 0, 1, 2, 1)
        running.setColumnStretch(0, 1)
        for part in (self.progress, self.cancel_button):  # so that nothing moves when a check begins
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        column.setSpacing(theme.SPACE[2])
        column.setContentsMargins(0, theme.SPACE[1], theme.SPACE[1], 0)
        column.addWidget(self.explanation)
        for row in (controls, running):
            row.setSpacing(theme.SPACE[1])
            column.addLayout(row)
        column.addWidget(self.report)
        line = QFrame()
        line.setProperty("role", "line")
        column.addWidget(line)
        column.addWidget(self.faults)
        column.addStretch(1)
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
