"""The test set in the place of the network: its confusion matrix, and the worst mistakes."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QTabWidget, QVBoxLayout, QWidget

from cnn_gui import command_table, glossary, theme
from cnn_gui.document import Document
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.results import words
from cnn_gui.results.confusion import ConfusionTab
from cnn_gui.results.mistakes import MistakesTab
from cnn_gui.results.reader import TestReader


class ResultsPage(QWidget):
    """Shows the newest reading of the test set while it is to be seen, and has newer ones made. Esc goes back.

    Signals:
        left(): a person goes back to the network.
        chosen(int): a person chose a test image, by its number.
        opened(int): a person wants to look into that test image: why the network predicts what it does.

    Thread: GUI.
    """

    left = Signal()
    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.reader = TestReader(document, self)
        self.back_button, self.heading = QPushButton(self.tr("Network")), PlainLabel(self.tr("Test set"))
        self.state, self.progress = ElidedLabel("muted"), PlainLabel()
        self.tabs, self.message = QTabWidget(), PlainLabel()
        self.confusion, self.mistakes = ConfusionTab(), MistakesTab()
        self._explain()
        self._arrange()
        self._dress()
        self.back_button.clicked.connect(self.left)
        self.tabs.currentChanged.connect(self._show)
        self.reader.changed.connect(self._show)
        self.reader.advanced.connect(self._show_progress)
        self.reader.failed.connect(self.message.setText)
        document.data_changed.connect(self._show)
        document.weights_changed.connect(self._show_if_empty)
        for tab in (self.confusion, self.mistakes):
            tab.chosen.connect(self.chosen)
            tab.opened.connect(self.opened)

    def show_chosen(self, image: int | None) -> None:
        """Mark the test image that the lens looks at; None for an image of another kind."""
        for tab in (self.confusion, self.mistakes):
            tab.gallery.show_chosen(image)

    def shut_down(self) -> None:
        """Stop reading, and wait for that; the window goes."""
        self.reader.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.reader.set_wanted(True)
        self._show()
        self.tabs.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.reader.set_wanted(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _show(self) -> None:
        if not self.isVisible():
            return
        reading = self.reader.reading
        self._show_progress()
        self._stack.setCurrentWidget(self.message if reading is None else self.tabs)
        if reading is None:
            self.message.setText(self._why_nothing())
            return
        self.state.show_text(words.summary(reading))
        shown = self.tabs.currentWidget()
        if isinstance(shown, ConfusionTab | MistakesTab):
            shown.show_reading(reading)

    def _show_if_empty(self) -> None:
        if self.reader.reading is None:
            self._show()

    def _show_progress(self) -> None:
        text = self.tr("evaluating: {0:.0f} %").format(100 * self.reader.share) if self.reader.busy else ""
        self.progress.setText(text)

    def _why_nothing(self) -> str:
        document = self._document
        self.state.show_text("")
        if document.problem is not None:
            return self.tr("The test set cannot be evaluated while the network cannot work. {0}").format(
                document.obstacle
            )
        data = document.data.dataset
        if data is None:
            return self.tr("There are no images yet. Load a data set.")
        if not len(data.test):
            return self.tr("{0} has no test images. Load data that has some.").format(data.name)
        return self.tr("Classifying the {0:,} test images...").format(len(data.test))

    def _explain(self) -> None:
        self.tabs.addTab(self.confusion, self.tr("Confusion"))
        self.tabs.addTab(self.mistakes, self.tr("Mistakes"))
        self.tabs.setTabToolTip(
            0, glossary.tooltip(self.tr("Which classes are confused with which"), ["recall", "precision"])
        )
        self.tabs.setTabToolTip(1, self.tr("The misclassified images, worst first"))
        self.back_button.setToolTip(command_table.with_key(self.tr("Back to the network"), "page_up"))
        self.setAccessibleName(self.tr("The test set: confusion matrix and mistakes"))

    def _arrange(self) -> None:
        head, column, body = QHBoxLayout(), QVBoxLayout(self), QWidget()
        self._stack = QStackedLayout(body)
        for part in (self.tabs, self.message):
            self._stack.addWidget(part)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for label, role in ((self.message, "hint"), (self.heading, "heading"), (self.progress, "muted")):
            label.setProperty("role", role)
        for part in (self.back_button, self.heading):
            head.addWidget(part)
        head.addStretch(1)
        head.addWidget(self.progress)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        for layout in (column, head):
            layout.setSpacing(theme.SPACE[1])
        column.addLayout(head)
        column.addWidget(self.state)
        column.addWidget(body, 1)

    def _dress(self) -> None:
        self.back_button.setIcon(theme.icon("previous", theme.tokens(self.palette()).text))
