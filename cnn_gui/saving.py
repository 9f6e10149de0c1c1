"""Where a file is saved: the question, the suffix of its kind, and the question before another file goes."""

import re
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnn_gui import plain_text

_UNUSABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')  # in the name of a file, on one system or another


class FileWritten(QEvent):
    """A file was written to *path*: whichever window there is tells where it went."""

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self, path: Path) -> None:
        super().__init__(self.KIND)
        self.path = path


def tell_written(widget: QWidget, path: Path) -> None:
    """Tell the application's window, in which *widget* is or over which its dialog stands, that *path* was written."""
    while (above := widget.parentWidget()) is not None:
        widget = above
    QCoreApplication.sendEvent(widget, FileWritten(path))


def ask_where(parent: QWidget, title: str, proposal: str, kinds: str, suffix: str) -> Path | None:
    """Return the file that a person chooses, with *suffix*, e.g. ".png"; None for none.

    The file dialog asks before it replaces what was typed; what only the suffix hits is asked about here.
    """
    chosen, _ = QFileDialog.getSaveFileName(parent, title, proposal, kinds)
    if not chosen:
        return None
    path = with_suffix(Path(chosen), suffix)
    return path if path == Path(chosen) or not path.exists() or _may_replace(parent, title, path) else None


def with_suffix(path: Path, suffix: str) -> Path:
    """Return *path* with *suffix*; a name such as "rate 0.01" keeps its dot."""
    return path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)


def usable_name(title: str) -> str:
    """Return *title* as the name of a file on any system."""
    return _UNUSABLE.sub("-", title).strip(" .")


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    buttons = QMessageBox.StandardButton
    text = QCoreApplication.translate("saving", "{0} already exists. Replace it?").format(path.name)
    box = plain_text.message_box(QMessageBox.Icon.Question, title, text, parent)
    box.setStandardButtons(buttons.Yes | buttons.No)
    box.setDefaultButton(buttons.No)
    return buttons(box.exec()) == buttons.Yes
