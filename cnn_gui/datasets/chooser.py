"""The button that says which data the network works on, and the menu that changes it."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from cnn_gui.document import Document


class DataChooser(QToolButton):
    """Shows the data's name; its menu offers the bundled digits and an ``.npz`` file.

    Signals:
        requested(source): what ``engine.data.catalogue.load`` shall read.

    Thread: the GUI's.
    """

    requested = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName(self.tr("Data"))
        menu = QMenu(self)
        bundled = menu.addAction(self.tr("MNIST digits that ship with the application"))
        bundled.triggered.connect(lambda: self.requested.emit("bundled"))
        menu.addAction(self.tr("Open an .npz file..."), self._on_open)
        self.setMenu(menu)
        document.data_changed.connect(self._on_data_changed)
        document.lock_changed.connect(self._on_lock_changed)
        self._on_data_changed()

    def _on_open(self) -> None:
        title = self.tr("Open data: an .npz with x_train, y_train, x_test, y_test")
        path, _ = QFileDialog.getOpenFileName(self, title, "", self.tr("NumPy archive (*.npz);;All files (*)"))
        if path:
            self.requested.emit(path)

    def _on_data_changed(self) -> None:
        data, source = self._document.dataset, self._document.data_awaited or self._document.data_source
        name = self.tr("MNIST digits") if source == "bundled" else Path(source).name
        self.setText(self.tr("Data: {0}").format(name))
        if data is None or self._document.data_awaited:
            self.setToolTip(self._document.data_problem or self.tr("The data is still being read."))
            return
        self.setToolTip(
            self.tr(
                "{0}: {1:,} training and {2:,} test images, {3} classes.\n"
                "Test figures are from {2:,} images. Click for other data."
            ).format(data.name, len(data.train), len(data.test), len(data.class_names))
        )

    def _on_lock_changed(self, locked: bool) -> None:
        self.setEnabled(not locked)
