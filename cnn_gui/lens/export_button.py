"""What is on show in the microscope as a picture: to the clipboard, or into a file, also with its walk."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from cnn_gui import popup, theme
from cnn_gui.lens.recording import record
from cnn_gui.lens.walk import walk, walks
from cnn_gui.plots import export
from cnn_gui.plots.figure import Figure
from cnn_gui.progress import ProgressDialog

RATIO = 2.0  # pixels a unit: sharp in print and on a projector


class ExportButton(QToolButton):
    """A menu to copy and to save the figure that *figure* returns.

    Attributes:
        busy: whether a walk is being recorded, in which nothing else may change the view.

    Signals:
        recorded(): the recording is over.

    Thread: GUI.
    """

    recorded = Signal()

    def __init__(self, figure: Callable[[], Figure], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._figure, self.busy = figure, False
        menu = QMenu(self)
        menu.addAction(self.tr("Copy picture"), self._copy)
        menu.addAction(self.tr("Save picture as PNG..."), lambda: self._save("png", lambda: figure().png(RATIO)))
        menu.addAction(self.tr("Save picture as SVG..."), lambda: self._save("svg", lambda: figure().svg()))
        menu.addSeparator()
        self._animations = [
            menu.addAction(text, lambda suffix=suffix: self._save(suffix, lambda: self._recorded(suffix)))
            for text, suffix in (
                (self.tr("Save animation as GIF..."), "gif"), (self.tr("Save animation as APNG..."), "apng"),
            )
        ]  # fmt: skip
        menu.aboutToShow.connect(self._on_menu_opened)
        popup.hang(menu, self)
        self.setAccessibleName(self.tr("Copy or save the picture"))
        self.setToolTip(self.tr("Copy or save what is on show, as a picture or an animation"))
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _on_menu_opened(self) -> None:
        for action in self._animations:
            action.setEnabled(walks(self._figure().view))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(self._figure().image(RATIO))

    def _save(self, suffix: str, make: Callable[[], bytes | None]) -> None:
        export.save(self.window(), self._figure().title, suffix, make)

    def _recorded(self, suffix: str) -> bytes | None:
        """Return the animation of the walk; None if a person cancels it."""
        self.busy = True
        try:
            return self._record(self._figure(), suffix)
        finally:
            self.busy = False
            self.recorded.emit()

    def _record(self, figure: Figure, suffix: str) -> bytes | None:
        title = self.tr("Save the animation")
        progress = ProgressDialog(title, self.tr("Recording the animation..."), self.window())
        progress.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def goes_on(done: int, count: int) -> bool:
            progress.setMaximum(count + 1)  # the last step is to write the file
            progress.setValue(done)
            return not progress.wasCanceled()

        animation = record(figure, RATIO, lambda: walk(figure.view), goes_on)
        if animation is None:
            return None
        content = animation.encoded(suffix)
        progress.setValue(progress.maximum())
        return content

    def _dress(self) -> None:
        self.setIcon(theme.icon("export", theme.tokens(self.palette()).text))
