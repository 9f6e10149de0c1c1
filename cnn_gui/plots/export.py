"""Out of a picture: its numbers as text or CSV, itself as PNG or SVG."""

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from cnn_gui.plots.figure import Figure
from engine.files import atomic

Values = npt.NDArray[np.floating]


def fill_menu(menu: QMenu, view: QWidget, values: Values, title: str, names: Sequence[str] = ()) -> None:
    """Offer in *menu* to copy *values* (H, W) and to save them, or the picture that *view* shows.

    With *names* each of the H rows begins with its own.
    """
    figure, ratio = Figure(view), view.devicePixelRatioF()
    menu.addAction(_tr("Copy numbers as text"), lambda: QGuiApplication.clipboard().setText(as_text(values, names)))
    menu.addAction(_tr("Copy picture"), lambda: QGuiApplication.clipboard().setImage(figure.image(ratio)))
    menu.addSeparator()
    csv_text = _tr("Save numbers as CSV...")
    menu.addAction(csv_text, lambda: save(view, title, "csv", lambda: as_csv(values, names)))
    menu.addAction(_tr("Save picture as PNG..."), lambda: save(view, title, "png", lambda: figure.png(ratio)))
    menu.addAction(_tr("Save picture as SVG..."), lambda: save(view, title, "svg", figure.svg))


def as_text(values: Values, names: Sequence[str] = ()) -> str:
    """Return values (H, W) as lines of numbers with tabs between them, exactly as they are."""
    return "\n".join("\t".join([*name, *map(repr, map(float, row))]) for name, row in _rows(values, names))


def as_csv(values: Values, names: Sequence[str] = ()) -> bytes:
    """Return values (H, W) as a file, a line a row."""
    lines = StringIO()
    csv.writer(lines).writerows([*name, *row] for name, row in _rows(values, names))
    return lines.getvalue().encode()


def save(view: QWidget, title: str, suffix: str, make: Callable[[], bytes | None]) -> None:
    """Ask where to, and write what *make* returns unless that is None; say why where that cannot be done."""
    if (path := ask_where(view, title, suffix)) is None or (content := make()) is None:
        return
    try:
        atomic.write_bytes(path, content)
    except OSError as error:
        text = _tr("{0} could not be written: {1}. Choose another folder.").format(path, error.strerror or error)
        QMessageBox.warning(view, _tr("That did not work"), text)


def ask_where(view: QWidget, title: str, suffix: str) -> Path | None:
    """Return the file that a person chooses; None for none."""
    name = f"{title or _tr('picture')}.{suffix}".replace("/", "-")
    chosen, _ = QFileDialog.getSaveFileName(view, _tr("Save"), name, f"*.{suffix}")
    if not chosen:
        return None
    return Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.{suffix}")


def _rows(values: Values, names: Sequence[str]) -> list[tuple[Sequence[str], list[float]]]:
    heads = [[name] for name in names] or [[]] * len(values)
    return list(zip(heads, values.tolist(), strict=True))


def _tr(text: str) -> str:
    return QCoreApplication.translate("export", text)
