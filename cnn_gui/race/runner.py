"""Runs the race of the backends in a process of its own, and hears how far it is."""

import json
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QProcess, QProcessEnvironment, Signal, Slot

from engine.race import Course, Progress
from engine.worker import environment, module_command

PATIENCE = 2000  # ms that a process has to end after it was killed


@dataclass(frozen=True, slots=True)
class LapFigures:
    """What one backend took: see ``engine.race.Lap`` and ``Difference``; differences are None where there are none."""

    backend: str
    images: int
    steps: int
    seconds: float
    images_per_second: float
    times_the_loops: float
    loss_difference: float | None
    weight_difference: float | None


@dataclass(frozen=True, slots=True)
class RaceFigures:
    """The laps of loops, im2col and the fast path, and whether they agree within the tolerances."""

    laps: tuple[LapFigures, ...]
    agrees: bool
    loss_tolerance: float
    weight_tolerance: float

    @classmethod
    def of(cls, values: dict[str, Any]) -> "RaceFigures":
        """Read what ``engine.race.Race.to_values`` wrote."""
        laps = tuple(LapFigures(**lap) for lap in values["laps"])
        return cls(laps, values["agrees"], values["loss_tolerance"], values["weight_tolerance"])


class RaceRunner(QObject):
    """Runs one race at a time.

    Signals:
        advanced(Progress): another step is done.
        finished(RaceFigures): the race is over.
        failed(str): it cannot be run, and why.

    Thread: the GUI's; the process computes.
    """

    advanced = Signal(object)
    finished = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._answer: RaceFigures | str | None = None

    @property
    def busy(self) -> bool:
        """Whether a race is under way."""
        return self._process is not None

    def start(self, course: Course) -> None:
        """Begin a race, in the place of one that is under way."""
        self.cancel()
        process, variables = QProcess(self), QProcessEnvironment()
        for name, value in environment().items():
            variables.insert(name, value)
        program, *arguments = module_command("engine.race_main")
        process.setProcessEnvironment(variables)
        process.setProcessChannelMode(QProcess.ProcessChannelMode.ForwardedErrorChannel)
        process.readyReadStandardOutput.connect(self._on_lines)
        process.errorOccurred.connect(self._on_error)
        process.finished.connect(self._on_ended)
        self._process, self._answer = process, None
        process.start(program, arguments)
        process.write(QByteArray(course.to_bytes()))
        process.closeWriteChannel()

    def cancel(self) -> None:
        """End the race at once; nothing is told of it."""
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(PATIENCE)
            process.deleteLater()

    @Slot()
    def _on_lines(self) -> None:
        while self._process is not None and self._process.canReadLine():
            self._on_told(json.loads(bytes(self._process.readLine().data())))

    def _on_told(self, values: dict[str, Any]) -> None:
        if "progress" in values:
            self.advanced.emit(Progress(*values["progress"]))
        else:
            self._answer = RaceFigures.of(values["result"]) if "result" in values else str(values["problem"])

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._on_ended()

    @Slot()
    def _on_ended(self) -> None:
        self._on_lines()
        process, self._process = self._process, None
        if process is None:
            return
        process.deleteLater()
        if isinstance(self._answer, RaceFigures):
            self.finished.emit(self._answer)
        else:
            early = self.tr("The process that measures has ended before its time: {0}.")
            self.failed.emit(self._answer or early.format(process.errorString()))
