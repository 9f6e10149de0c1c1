"""What becomes of unsaved work when a signal ends the application, and what is told of it at the next start."""

import logging
import sys
from contextlib import suppress

from PySide6.QtCore import QLocale, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from cnn_gui import failures, plain_text, recovery
from cnn_gui.document import Document
from cnn_gui.project_files import ProjectFiles
from cnn_gui.recovery import Kept
from engine.words import counted

_log = logging.getLogger(__name__)


class RecoveryOffer(QObject):
    """Keeps the session where nobody can be asked to save it, and offers what was kept.

    What is kept stays until the project that was made of it is saved, or until a person does not want it.

    Signals:
        opened(): what was kept is open, with changes that its file does not have.

    Thread: the GUI's.
    """

    opened = Signal()

    def __init__(self, document: Document, files: ProjectFiles, window: QWidget) -> None:
        super().__init__(window)
        self._document, self._files, self._window = document, files, window
        self._opened: Kept | None = None  # what the open project was made of
        files.saved.connect(self.forget)
        files.opened.connect(self.forget)  # the old project was saved, or a person did not want its changes

    def keep(self) -> None:
        """Keep all that is not saved, a run's weights among it; say on the terminal where, or that it failed."""
        if not (self._document.file.modified or self._document.locked):
            return
        running = self._document.locked
        try:
            file = self._write()  # at once: who ends applications does not wait for long
            if running and self._files.end_run():  # the weights after its very last step
                first, file = file, self._write()
                first.remove()
        except failures.EXPECTED as error:
            _tell(self.tr("The unsaved changes to {0} are lost: {1}").format(self._files.title, error))
            return
        self.forget()
        _tell(
            self.tr("The unsaved changes to {0} were kept in {1}; they are offered at the next start.").format(
                self._files.title, file.file
            )
        )

    def _write(self) -> Kept:
        return recovery.keep(self._document.project(), self._document.file.path)

    @Slot()
    def forget(self) -> None:
        """Remove the file that the open project was made of: it is saved by now, or not wanted."""
        if self._opened is not None:
            with suppress(OSError):
                self._opened.remove()
            self._opened = None

    def offer(self) -> None:
        """Tell of the newest session that was kept, if there is one; the window stays usable meanwhile."""
        left = recovery.left()
        if not left:
            return
        kept, buttons = left[0], QMessageBox.StandardButton
        name = kept.origin.stem if kept.origin else self.tr("Untitled")
        when = QLocale().toString(kept.when, QLocale.FormatType.ShortFormat)
        text = self.tr("{0} has changes that were kept when the application was ended, on {1}.").format(name, when)
        if len(left) > 1:
            text += " " + self.tr("{0} kept before will be offered next.").format(
                counted(len(left) - 1, "other project")
            )
        title = self.tr("Unsaved changes were kept")
        box = plain_text.message_box(QMessageBox.Icon.Question, title, text, self._window)
        box.setInformativeText(self.tr("Open them now, or be asked again at the next start."))
        box.setStandardButtons(buttons.Open | buttons.Discard | buttons.Cancel)
        box.button(buttons.Cancel).setText(self.tr("&Later"))
        box.setDefaultButton(buttons.Open)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.finished.connect(lambda answer: self._on_answered(buttons(answer), kept))
        box.open()

    def _on_answered(self, answer: QMessageBox.StandardButton, kept: Kept) -> None:
        if answer == QMessageBox.StandardButton.Open:
            if self._files.open_kept(kept.file, kept.newest_origin):
                self._opened = kept
                self.opened.emit()
        elif answer == QMessageBox.StandardButton.Discard:
            with suppress(OSError):
                kept.remove()
            self.offer()


def _tell(sentence: str) -> None:
    _log.warning(sentence)
    with suppress(OSError, ValueError, AttributeError):  # a terminal that was closed, or none
        print(f"cnn-gui: {sentence}", file=sys.stderr, flush=True)
