"""Out of a picture: its numbers as text or CSV, itself as PNG or SVG."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from cnn_gui import failures, plain_text, saving
from cnn_gui.plots.figure import Figure
from engine.files import atomic

Values = npt.NDArray[np.number]


@dataclass(frozen=True, eq=False)
class Numbers:
    """What a picture shows: values (H, W), what they are, and where they have them names of the rows and columns."""

    values: Values
    title: str
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()

    @classmethod
    def of_columns(cls, title: str, **columns: Values) -> "Numbers":
        """Return values (n,) side by side, by what they are."""
        return cls(np.stack([*columns.values()], axis=1), title, columns=tuple(columns))

    def text(self) -> str:
        """Return lines of numbers with tabs between them, exactly as they are."""
        return "\n".join("\t".join(map(_exact, line)) for line in self._lines())

    def csv(self) -> bytes:
        """Return a file, a line a row."""
        lines = StringIO()
        csv.writer(lines).writerows(self._lines())
        return lines.getvalue().encode()

    def _lines(self) -> list[list[str | float]]:
        heads: list[list[str]] = [[name] for name in self.rows] or [[]] * len(self.values)
        first = [[*([""] if self.rows else []), *self.columns]] if self.columns else []
        return [*first, *([*head, *row] for head, row in zip(heads, self.values.tolist(), strict=True))]


def offer(view: QWidget, event: QContextMenuEvent, numbers: Numbers, whole: QWidget | None = None) -> None:
    """Open a menu where a person asked for one, to copy and to save *numbers* and the picture that *view* shows.

    Args:
        whole: shows all of what can be seen of a part in *view*; the picture is of that.
    """
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, view, numbers, whole)
    menu.popup(event.globalPos())


def fill_menu(menu: QMenu, view: QWidget, numbers: Numbers, whole: QWidget | None = None) -> None:
    """Put into *menu* what ``offer`` offers."""
    figure, ratio, title = Figure(whole or view), view.devicePixelRatioF(), numbers.title
    menu.addAction(_tr("Copy numbers as text"), lambda: QGuiApplication.clipboard().setText(numbers.text()))
    menu.addAction(_tr("Copy picture"), lambda: QGuiApplication.clipboard().setImage(figure.image(ratio)))
    menu.addSeparator()
    menu.addAction(_tr("Save numbers as CSV..."), lambda: save(view, title, "csv", numbers.csv))
    menu.addAction(_tr("Save picture as PNG..."), lambda: save(view, title, "png", lambda: figure.png(ratio)))
    menu.addAction(_tr("Save picture as SVG..."), lambda: save(view, title, "svg", figure.svg))


def save(view: QWidget, title: str, suffix: str, make: Callable[[], bytes | None]) -> None:
    """Ask where to, and write what *make* returns unless that is None; say why where that cannot be done."""
    if (path := ask_where(view, title, suffix)) is None or (content := make()) is None:
        return
    try:
        atomic.write_bytes(path, content)
    except OSError as error:
        text = failures.sentence(error, path)
        box = plain_text.message_box(QMessageBox.Icon.Warning, _tr("Could not save the file"), text, view)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
    else:
        saving.tell_written(view, path)


def ask_where(view: QWidget, title: str, suffix: str) -> Path | None:
    """Return the file that a person chooses; None for none."""
    name = f"{saving.usable_name(title) or _tr('picture')}.{suffix}"
    return saving.ask_where(view, _tr("Save"), name, f"*.{suffix}", f".{suffix}")


def _exact(value: str | float) -> str:
    return value if isinstance(value, str) else repr(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("export", text)
