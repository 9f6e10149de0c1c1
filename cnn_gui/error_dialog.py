"""The dialog that tells of an unexpected error; the application goes on behind it."""

import platform
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel


class ErrorDialog(QDialog):
    """Says in plain words that something failed, where the report is, and how many errors followed.

    Signals:
        hide_requested(): the person closed the dialog and wants to see this error no more.

    Thread: the GUI thread.
    """

    hide_requested = Signal()

    def __init__(self, summary: str, details: str, log_path: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Unexpected error"))
        self._further_count = 0
        self._further = _label("", "error")
        self._further.hide()
        self._details = self._details_view(f"{details}\n{_versions()}")
        self._hide_again = self._check_box()
        self._build(summary, log_path)
        self.finished.connect(self._on_finished)

    def add(self, summary: str) -> None:
        """Count one more error that came while this dialog was open."""
        self._further_count += 1
        self._further.setText(self.tr("%n more since then; the latest: {}", "", self._further_count).format(summary))
        self._further.show()

    def _build(self, summary: str, log_path: Path | None) -> None:
        space = theme.SPACE
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space[4], space[4], space[4], space[3])
        layout.setSpacing(space[1])
        layout.addWidget(_label(self.tr("A part of the application failed"), "heading"))
        layout.addWidget(_label(self.tr("Your project is still open and you can go on. Save a copy to be safe.")))
        layout.addSpacing(space[1])
        layout.addWidget(_label(summary, "title"))
        layout.addWidget(self._further)
        layout.addWidget(self._details, 1)
        no_log = self.tr("No log could be written. Copy the details to keep them.")
        layout.addWidget(_label(self.tr("The log: {}").format(log_path) if log_path else no_log, "muted"))
        layout.addWidget(self._hide_again)
        layout.addSpacing(space[1])
        layout.addLayout(self._buttons())
        self.resize(600, 440)

    def _details_view(self, text: str) -> QPlainTextEdit:
        view = QPlainTextEdit(text)
        view.setReadOnly(True)
        view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        view.setAccessibleName(self.tr("Technical details"))
        view.setToolTip(self.tr("Information that helps a developer find the cause"))
        return view

    def _check_box(self) -> QCheckBox:
        box = QCheckBox(self.tr("Do &not show this error again until the next start"))
        box.setAccessibleName(self.tr("Do not show this error again until the next start"))
        box.setToolTip(self.tr("The log still records every occurrence (Alt+N)"))
        return box

    def _buttons(self) -> QHBoxLayout:
        copy = _button(self.tr("&Copy details"), self.tr("Copy the technical details (Alt+C)"))
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy_clicked)
        go_on = _button(self.tr("Continue"), self.tr("Close this message and go on (Enter)"))
        go_on.setProperty("role", "primary")
        go_on.setDefault(True)
        go_on.setFocus()
        go_on.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addStretch(1)
        row.addWidget(go_on)
        return row

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._details.toPlainText())

    @Slot()
    def _on_finished(self) -> None:
        if self._hide_again.isChecked():
            self.hide_requested.emit()


def _label(text: str, role: str = "") -> QLabel:
    label = PlainLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text.replace("&", ""))
    button.setToolTip(tip)
    return button


def _versions() -> str:
    return f"Python {platform.python_version()}, PySide6 {PySide6.__version__}, {platform.platform()}"
