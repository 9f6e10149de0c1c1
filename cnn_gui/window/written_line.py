"""In the status bar: where a file was written, with the way to it."""

from pathlib import Path

from PySide6.QtCore import QEvent, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QStatusBar, QToolButton, QWidget

from cnn_gui import file_manager, plain_text, theme
from cnn_gui.plots.labels import ElidedLabel

STAYS = 30_000  # ms: long enough to see it, look at the picture and come back


class WrittenLine(QWidget):
    """Names the file that was written last, until something else is told or some time has passed.

    Thread: the GUI's.
    """

    def __init__(self, bar: QStatusBar) -> None:
        super().__init__(bar)
        self._bar, self._path, self._of_project = bar, Path(), False
        self.label, self.button = ElidedLabel(""), QToolButton()
        self.button.setText(self.tr("Show in folder"))
        self.button.setProperty("role", "crumb")
        self.button.clicked.connect(self._on_clicked)
        self._timer = QTimer(self, singleShot=True, interval=STAYS)
        self._timer.timeout.connect(self._leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[0], 0, 0, 0)
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.label, 1000)  # all that is to spare, but no more than its text needs
        row.addWidget(self.button)
        row.addStretch(1)
        bar.messageChanged.connect(self._on_message_changed)
        self.hide()

    def tell(self, path: Path, *, project: bool = False) -> None:
        """Say that *path* was written; *project*: it is the open project's file, see ``leave_project``."""
        self._leave()  # a second time it would be there twice
        self._bar.clearMessage()
        self._path, self._of_project = path.absolute(), project
        self.label.show_text(self.tr("Saved {0} to {1}").format(self._path.name, self._path.parent))
        self.label.setToolTip(plain_text.tooltip(str(self._path)))
        self._fit()
        self.button.setToolTip(plain_text.tooltip(self.tr("Open {0} in the file manager").format(self._path.parent)))
        self._bar.addWidget(self, 1)  # from now on, not from the start: the bar is for messages else
        self.show()
        self._timer.start()

    @Slot()
    def leave_project(self) -> None:
        """Name the project's file no longer: what is open is not what it holds. Other files are as they were."""
        if self._of_project:
            self._leave()

    @Slot(str)
    def _on_message_changed(self, text: str) -> None:
        if text:  # that is newer
            self._leave()

    @Slot()
    def _leave(self) -> None:
        self._timer.stop()
        self._bar.removeWidget(self)

    @Slot()
    def _on_clicked(self) -> None:
        if not file_manager.show(self._path):
            self._bar.showMessage(self.tr("No file manager answered. The file is {0}").format(self._path))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """Let the button follow the text at once."""
        self.label.setMaximumWidth(self.label.fontMetrics().horizontalAdvance(self.label.whole_text) + 2)
