"""Out of a picture: its numbers as text or CSV, itself as PNG or SVG."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QCoreApplication, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

VECTOR = "vector"  # a property of a widget while it is asked to paint shapes instead of pixels

Values = npt.NDArray[np.floating]


def fill_menu(menu: QMenu, view: QWidget, values: Values, title: str) -> None:
    """Offer in *menu* to copy *values* (H, W) and to save them, or the picture that *view* shows."""
    menu.addAction(_tr("Copy numbers as text"), lambda: QGuiApplication.clipboard().setText(as_text(values)))
    menu.addAction(_tr("Copy picture"), lambda: QGuiApplication.clipboard().setPixmap(view.grab()))
    menu.addSeparator()
    for text, suffix, save in (
        (_tr("Save numbers as CSV..."), "csv", lambda path: save_csv(values, path)),
        (_tr("Save picture as PNG..."), "png", lambda path: save_png(view, path)),
        (_tr("Save picture as SVG..."), "svg", lambda path: save_svg(view, path)),
    ):
        menu.addAction(text, lambda suffix=suffix, save=save: _ask_and_save(view, title, suffix, save))


def as_text(values: Values) -> str:
    """Return values (H, W) as lines of numbers with tabs between them, exactly as they are."""
    return "\n".join("\t".join(repr(float(value)) for value in row) for row in values.tolist())


def save_csv(values: Values, path: Path) -> None:
    """Write values (H, W), a line a row; raises OSError."""
    lines = StringIO()
    csv.writer(lines).writerows(values.tolist())
    path.write_text(lines.getvalue(), encoding="utf-8", newline="")


def save_png(view: QWidget, path: Path) -> None:
    """Write what *view* shows, pixel by pixel; raises OSError."""
    buffer = QBuffer()
    view.grab().save(buffer, "PNG")
    path.write_bytes(buffer.data().data())


def save_svg(view: QWidget, path: Path) -> None:
    """Write what *view* shows as lines and shapes; raises OSError."""
    buffer, generator = QBuffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(view.size())
    generator.setViewBox(QRect(0, 0, view.width(), view.height()))
    view.setProperty(VECTOR, True)
    try:
        view.render(generator)
    finally:
        view.setProperty(VECTOR, None)
    path.write_bytes(buffer.data().data())


def _ask_and_save(view: QWidget, title: str, suffix: str, save: Callable[[Path], None]) -> None:
    name = f"{title or _tr('picture')}.{suffix}".replace("/", "-")
    chosen, _ = QFileDialog.getSaveFileName(view, _tr("Save"), name, f"*.{suffix}")
    if chosen:
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.{suffix}")
        try:
            save(path)
        except OSError as error:
            text = _tr("{0} could not be written: {1}. Choose another folder.").format(path, error.strerror or error)
            QMessageBox.warning(view, _tr("That did not work"), text)


def _tr(text: str) -> str:
    return QCoreApplication.translate("export", text)
