"""The button that says which data the network works on, and the menu that changes it."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QIcon, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from cnn_gui import plain_text, popup, theme
from cnn_gui.available import set_obstacle
from cnn_gui.datasets.classes import ClassesDialog
from cnn_gui.datasets.notes import NotesDialog
from cnn_gui.document import Document
from engine.data import catalogue, cifar
from engine.data.dataset import Dataset
from engine.data.source import COARSE, Source, classes_option, parse

WIDEST = 200  # px of text: the tool bar of the smallest window has more to hold
COLOURS = 3  # channels of images in colour


class DataChooser(QToolButton):
    """Shows the data's name; its menu offers the bundled digits, files and folders, and views of the present data.

    Where there is something to say of how the data was read, an icon and the first entry of the menu are there for it.

    Signals:
        requested(source): what ``engine.data.catalogue.load`` shall read.
        noted(text): there is something to say of data that has just been read, in short.

    Thread: the GUI's.
    """

    requested = Signal(str)
    noted = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._noted: Dataset | None = None
        self.setAccessibleName(self.tr("Data"))
        popup.hang(QMenu(self), self)
        self.menu().setToolTipsVisible(True)
        self._offer_notes()
        self._offer_data()
        self.menu().addSeparator()
        self._offer_views()
        document.data_changed.connect(self._on_data_changed)
        document.lock_changed.connect(self._on_lock_changed)
        self._on_data_changed()

    def _offer_notes(self) -> None:
        tip = self.tr("What was done to the pixels and labels when the data was read, and what is unusual about it")
        self._notes = self._add("", tip, self._on_notes)
        self._line = self.menu().addSeparator()

    def _offer_data(self) -> None:
        bundled = self.tr("The MNIST digits that come with the application")
        self._add(bundled, "", lambda: self.requested.emit(catalogue.BUNDLED))
        tip = self.tr(
            "An .npz with named arrays (x_train, y_train, ...), a .csv with one image per line, IDX "
            "files of MNIST and its relatives, CIFAR's binary version; archives need not be unpacked"
        )
        self._add(self.tr("Open a file (.npz, .csv, .tar.gz)..."), tip, self._on_open_file)
        tip = self.tr(
            "A folder of pictures, a folder for each class in it (and train and test above them where there are such),"
            " or a folder with IDX files, CIFAR's .bin files or arrays"
        )
        self._add(self.tr("Open a folder..."), tip, self._on_open_folder)

    def _offer_views(self) -> None:
        tip = self.tr("One channel instead of red, green and blue")
        self._grey = self._add(self.tr("Convert to greyscale"), tip, self._on_grey)
        self._grey.setCheckable(True)
        tip = self.tr("CIFAR-100 has two labels per image: 100 fine classes, or these")
        self._coarse = self._add(self.tr("The 20 coarse classes"), tip, self._on_coarse)
        self._coarse.setCheckable(True)
        tip = self.tr("Leave out the images of all other classes")
        self._some = self._add(self.tr("Only some classes..."), tip, self._on_some_classes)
        tip = self.tr("Read the images of all classes again")
        self._all = self._add(self.tr("All classes"), tip, lambda: self._request(*self._options_without("classes")))

    def _add(self, text: str, tip: str, chosen: Callable[..., None]) -> QAction:
        action = self.menu().addAction(text)
        action.setToolTip(tip)
        action.triggered.connect(chosen)
        return action

    @property
    def _source(self) -> Source:
        """What is being read, or else what is there."""
        return parse(self._document.data.awaited or self._document.data.source)

    def _request(self, *options: str) -> None:
        """Ask for the same data with other *options*."""
        self.requested.emit(str(replace(self._source, options=options)))

    def _options_without(self, name: str) -> list[str]:
        return [option for option in self._source.options if _name(option) != name]

    def _on_open_file(self) -> None:
        kinds = self.tr("Data ({0});;All files (*)").format(catalogue.FILTERS)
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Open data"), "", kinds)
        self._open(path)

    def _on_open_folder(self) -> None:
        title = self.tr("Open data: a folder of pictures, or with IDX files, .bin files or arrays")
        self._open(QFileDialog.getExistingDirectory(self, title))

    def _open(self, path: str) -> None:
        if path:
            self.requested.emit(str(Source(path)))

    def _on_grey(self, wanted: bool) -> None:
        self._request(*self._options_without("grey"), *(["grey"] if wanted else []))

    def _on_coarse(self, wanted: bool) -> None:
        others = [option for option in self._options_without(COARSE) if _name(option) != "classes"]
        self._request(*others, *([COARSE] if wanted else []))

    def _on_notes(self) -> None:
        if (data := self._document.data.dataset) is not None:
            NotesDialog(data.name, data.remarks, self).open()

    def _on_some_classes(self) -> None:
        dialog = ClassesDialog(self._document.data.class_names, self)
        dialog.chosen.connect(lambda names: self._request(*self._source.options, classes_option(names)))
        dialog.open()

    def _on_data_changed(self) -> None:
        source, data = self._source, self._document.data.dataset
        name = source.named(self.tr("MNIST digits") if source.path == catalogue.BUNDLED else "")
        text = self.tr("Data: {0}").format(name)
        self.setText(plain_text.caption(self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, WIDEST)))
        self._show_views(source)
        self._show_notes()
        if data is None or self._document.data.awaited:
            waiting = self._document.data.problem or self.tr("The data is still being read.")
            self.setToolTip(plain_text.tooltip(waiting))
            return
        text = self.tr(
            "{0}: {1:,} training and {2:,} test images, {3} classes.\nTest figures come from {2:,} "
            "images. Click for other data."
        ).format(data.name, len(data.train), len(data.test), len(data.class_names))
        self.setToolTip(plain_text.tooltip("\n\n".join([text, *data.remarks])))

    def _show_notes(self) -> None:
        """Show that there is something to say of the present data, and say it once in short."""
        data = None if self._document.data.awaited else self._document.data.dataset
        notes = data.remarks if data is not None else ()
        for action in (self._notes, self._line):
            action.setVisible(bool(notes))
        self._notes.setText(self.tr("Notes on this data (%n)...", "", len(notes)))
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if notes else Qt.ToolButtonStyle.ToolButtonTextOnly
        self.setToolButtonStyle(style)
        self._paint()
        if notes and data is not self._noted:
            more = self.tr(" ({0} more under Data)").format(len(notes) - 1) if len(notes) > 1 else ""
            self.noted.emit(notes[0] + more)
        self._noted = data or self._noted

    def _paint(self) -> None:
        """Draw the icon that says that there are notes, in the colours of the scheme."""
        colours = theme.tokens(self.palette())
        shown = self._notes.isVisible()
        self.setIcon(theme.icon("info", colours.accent) if shown else QIcon())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():  # Qt asks while it deletes, too
            self._paint()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._paint()

    def _show_views(self, source: Source) -> None:
        """Offer the views that the present data can have; none while other data is being read."""
        data = None if self._document.data.awaited else self._document.data.dataset
        grey, some = (name in map(_name, source.options) for name in ("grey", "classes"))
        self._grey.setChecked(grey)
        reading = "" if data is not None else self._document.data.problem or self.tr("The data is still being read.")
        plain = data is not None and not grey and data.image_shape[0] != COLOURS
        set_obstacle(self._grey, reading or (self.tr("The images are not in colour.") if plain else ""))
        fine = data is not None and set(data.class_names) == set(cifar.PUBLISHED["fine"])
        self._coarse.setChecked(COARSE in source.options)
        self._coarse.setVisible(fine or COARSE in source.options)
        set_obstacle(self._coarse, reading)
        few = data is not None and len(data.class_names) <= 2
        set_obstacle(self._some, reading or (self.tr("There are only two classes.") if few else ""))
        set_obstacle(self._all, reading or ("" if some else self.tr("The data has all its classes already.")))

    def _on_lock_changed(self, locked: bool) -> None:
        set_obstacle(self, self.tr("A training run is under way. Stop it to choose other data.") if locked else "")


def _name(option: str) -> str:
    return option.partition("=")[0]
