"""New, open, save and save as, with the question about unsaved changes."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnn_gui import failures, plain_text, saving
from cnn_gui.document import Document
from cnn_gui.progress import ProgressDialog
from cnn_gui.project_data import ProjectData
from cnn_gui.reading import Reading
from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.files.project import Project, open_project, save
from engine.history import History
from engine.settings import TrainingSettings

SUFFIX = ".cnn"
AT_ONCE = 0.3  # s: what is read sooner needs no progress
PERIOD = 50  # ms between two looks at how far it is


class ProjectFiles(QObject):
    """Moves the document to and from files.

    Another project takes the place of a training run too: *end_run* ends it, or returns False where it cannot.

    Signals:
        opened(): another project is open; its data has to be read.
        saved(path), failed(title, text): what could not be done, and why.

    Thread: the GUI's.
    """

    opened = Signal()
    saved = Signal(str)
    failed = Signal(str, str)

    def __init__(self, document: Document, end_run: Callable[[], bool], window: QWidget) -> None:
        super().__init__(window)
        self._document, self._file = document, document.file
        self._end_run, self._window = end_run, window
        self._reading: Reading | None = None

    @Slot()
    def new(self) -> None:
        """Begin an empty project on the bundled digits."""
        if self.may_discard():
            digits = tuple("0123456789")
            self._show(Project(Architecture(), TrainingSettings(), (1, 28, 28), digits, "bundled", {}, History()), None)

    def begin(self, architecture: Architecture, settings: TrainingSettings) -> bool:
        """Begin an untitled project with this chain on the present data; False if a person cancels."""
        if not (self.may_discard() and self.end_run()):
            return False
        self._document.begin(architecture, settings)
        return True

    @Slot(object, str)
    def take_data(self, dataset: Dataset, source: str) -> None:
        """Work on other data. Where it has other classes, that begins an untitled project with the same layers."""
        document, file = self._document, self._file
        trained = bool(file.path or document.history.steps)  # else there is nothing that other data could spoil
        other = trained and _has_other_classes(dataset, source, document.data)
        if other and not self.may_discard(self.tr("Data with other classes starts a new project.")):
            document.keep_data()
            return
        document.set_data(dataset, source)
        if other:
            file.leave()
            document.told.emit(self.tr("The data has other classes: this is another project, without a file as yet."))

    @Slot()
    def open(self) -> None:
        """Ask for a project file and open it."""
        if self.may_discard():
            title, kinds = self.tr("Open project"), self.tr("CNN project (*.cnn);;All files (*)")
            path, _ = QFileDialog.getOpenFileName(self._window, title, self._folder(), kinds)
            if path:
                self.open_path(Path(path))

    def open_path(self, path: Path, untitled: bool = False) -> bool:
        """Open *path*; a file that cannot be read leaves the open project, and its run, as they are.

        With *untitled* the project has no file of its own, so that saving asks for one.
        """
        if self._reading is not None:  # a person waits for another one, and can cancel that
            return False
        self._reading = reading = Reading(lambda: open_project(path))
        reading.start()
        try:
            if not reading.wait(AT_ONCE):
                self._wait_for(reading, path)
        finally:
            self._reading = None
        if reading.given_up:
            return False
        if reading.error is not None:
            self.failed.emit(self.tr("Could not open the project"), failures.sentence(reading.error, path))
        return reading.result is not None and self._show(reading.result, None if untitled else path)

    def give_up(self) -> None:
        """End what is being read; the window goes."""
        if self._reading is not None:
            self._reading.give_up()

    def _wait_for(self, reading: Reading, path: Path) -> None:
        """Show how far the *reading* of *path* is until it is over or a person cancels it; the window stays alive."""
        dialog, whole = ProgressDialog(self.tr("Open project"), "", self._window), 1
        with suppress(OSError):  # whoever reads it will say so
            whole = max(1, path.stat().st_size)
        dialog.setMinimumDuration(0)
        dialog.setAutoReset(False)
        dialog.canceled.connect(reading.give_up)
        loop, timer = QEventLoop(), QTimer(interval=PERIOD)

        def look() -> None:
            percent = min(99, 100 * reading.count // whole)
            dialog.setLabelText(self.tr("Reading {0}: {1} %").format(path.name, percent))
            dialog.setValue(percent)
            if reading.over or reading.given_up:
                loop.quit()

        look()
        timer.timeout.connect(look)
        timer.start()
        loop.exec()
        timer.stop()
        if not reading.over:  # cancelled, or the application ends
            reading.give_up()
        dialog.canceled.disconnect()
        dialog.close()
        dialog.deleteLater()

    def open_kept(self, path: Path, origin: Path | None) -> bool:
        """Open *path*, which has changes that the project's own file *origin* does not have; False if it is not open.

        Saving goes to *origin*, and never to *path*.
        """
        if not (self.may_discard() and self.open_path(path, untitled=True)):
            return False
        self._file.mark_saved(origin)
        self._file.touch()
        return True

    @Slot()
    def save(self) -> bool:
        """Save to the project's own file, or ask for one; False if nothing was saved."""
        return self._save_to(self._file.path) if self._file.path else self.save_as()

    @Slot()
    def save_as(self) -> bool:
        """Ask for a file and save to it; False if nothing was saved."""
        title, kinds = self.tr("Save project"), self.tr("CNN project (*.cnn)")
        path = saving.ask_where(self._window, title, self._folder(), kinds, SUFFIX)
        return path is not None and self._save_to(path)

    def may_discard(self, why: str = "") -> bool:
        """Ask what becomes of unsaved changes and of a run; True if the document may go. *why* says what for."""
        if not (self._file.modified or self._document.locked):
            return True
        answer = self.ask_to_save(why)
        if answer == QMessageBox.StandardButton.Save:
            return self.end_run() and self.save()
        return answer == QMessageBox.StandardButton.Discard

    def ask_to_save(self, why: str = "") -> QMessageBox.StandardButton:
        """Ask a person: Save, Discard or Cancel; *why* says what for."""
        running = self.tr("The training run will be stopped. Save the trained weights to {0}?")
        text = (running if self._document.locked else self.tr("Save the changes to {0}?")).format(self.title)
        box = plain_text.message_box(QMessageBox.Icon.Question, self.tr("Unsaved changes"), text, self._window)
        box.setInformativeText(why or self.tr("Otherwise the network, its weights and its history are lost."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        return buttons(box.exec())

    def end_run(self) -> bool:
        """End the training run, which keeps what it learned; where that takes too long, say so and return False."""
        ended = self._end_run()
        if not ended:
            self.failed.emit(
                self.tr("Training is still stopping"),
                self.tr("The last step of the run takes long. Try again when it is over."),
            )
        return ended

    @property
    def title(self) -> str:
        """The project's name for a person."""
        return self._file.path.stem if self._file.path else self.tr("Untitled")

    def _show(self, project: Project, path: Path | None) -> bool:
        if not self.end_run():
            return False
        self._document.show_project(project, path)
        self.opened.emit()
        return True

    def _save_to(self, path: Path) -> bool:
        try:
            save(path, self._document.project())
        except failures.EXPECTED as error:
            self.failed.emit(self.tr("Could not save the project"), failures.sentence(error, path))
            return False
        self._file.mark_saved(path)
        self.saved.emit(str(path))
        return True

    def _folder(self) -> str:
        return str(self._file.path) if self._file.path else ""


def _has_other_classes(dataset: Dataset, source: str, present: ProjectData) -> bool:
    """Return whether *dataset* is for another network; the project's own data may call its classes otherwise now."""
    if source == present.source:
        return len(dataset.class_names) != len(present.class_names)
    return dataset.class_names != present.class_names
