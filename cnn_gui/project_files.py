"""New, open, save and save as, with the question about unsaved changes."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnn_gui.document import Document
from engine.architecture import Architecture
from engine.errors import BadInputError
from engine.files.project import Project, open_project, save
from engine.history import History
from engine.settings import TrainingSettings

SUFFIX = ".cnn"


class ProjectFiles(QObject):
    """Moves the document to and from files.

    Signals:
        opened(): another project is open; its data has to be read.
        saved(path), failed(text).

    Thread: the GUI's.
    """

    opened = Signal()
    saved = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._window = document, window

    @Slot()
    def new(self) -> None:
        """Begin an empty project on the bundled digits."""
        if self.may_discard():
            digits = tuple("0123456789")
            self._show(Project(Architecture(), TrainingSettings(), (1, 28, 28), digits, "bundled", {}, History()), None)

    @Slot()
    def open(self) -> None:
        """Ask for a project file and open it."""
        if self.may_discard():
            title, kinds = self.tr("Open project"), self.tr("CNN project (*.cnn);;All files (*)")
            path, _ = QFileDialog.getOpenFileName(self._window, title, self._folder(), kinds)
            if path:
                self.open_path(Path(path))

    def open_path(self, path: Path, untitled: bool = False) -> None:
        """Open *path*; a file that cannot be read leaves the open project as it is.

        With *untitled* the project has no file of its own, so that saving asks for one.
        """
        try:
            project = open_project(path)
        except (BadInputError, OSError) as error:
            self.failed.emit(_sentence(error, path))
        else:
            self._show(project, None if untitled else path)

    @Slot()
    def save(self) -> bool:
        """Save to the project's own file, or ask for one; False if nothing was saved."""
        return self._save_to(self._document.path) if self._document.path else self.save_as()

    @Slot()
    def save_as(self) -> bool:
        """Ask for a file and save to it; False if nothing was saved."""
        title, kinds = self.tr("Save project"), self.tr("CNN project (*.cnn)")
        name, _ = QFileDialog.getSaveFileName(self._window, title, self._folder(), kinds)
        return bool(name) and self._save_to(Path(name).with_suffix(SUFFIX) if not Path(name).suffix else Path(name))

    def may_discard(self) -> bool:
        """Ask what becomes of unsaved changes; True if the document may go."""
        if not self._document.modified:
            return True
        answer = self.ask_to_save()
        if answer == QMessageBox.StandardButton.Save:
            return self.save()
        return answer == QMessageBox.StandardButton.Discard

    def ask_to_save(self) -> QMessageBox.StandardButton:
        """Ask a person: Save, Discard or Cancel."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Unsaved changes"))
        box.setText(self.tr("Save the changes to {0}?").format(self.title))
        box.setInformativeText(self.tr("The network, its weights and its history are lost otherwise."))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        return buttons(box.exec())

    @property
    def title(self) -> str:
        """The project's name for a person."""
        return self._document.path.stem if self._document.path else self.tr("Untitled")

    def _show(self, project: Project, path: Path | None) -> None:
        self._document.show_project(project, path)
        self.opened.emit()

    def _save_to(self, path: Path) -> bool:
        try:
            save(path, self._document.project())
        except OSError as error:
            self.failed.emit(_sentence(error, path))
            return False
        self._document.mark_saved(path)
        self.saved.emit(str(path))
        return True

    def _folder(self) -> str:
        return str(self._document.path) if self._document.path else ""


def _sentence(error: Exception, path: Path) -> str:
    if isinstance(error, OSError):
        return f"{path}: {error.strerror or error}. Choose another place, or check the file's permissions."
    return str(error)
