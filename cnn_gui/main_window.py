"""The window: which rooms there are, and who hears of whom."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QStackedWidget, QWidget

from cnn_gui import plain_text, saving, settings
from cnn_gui.controls.evaluation_label import EvaluationLabel
from cnn_gui.controls.fault_badge import FaultBadge
from cnn_gui.controls.run_bar import RunBar
from cnn_gui.controls.settings_panel import SettingsPanel
from cnn_gui.datasets.chooser import DataChooser
from cnn_gui.datasets.loader import DatasetLoader
from cnn_gui.document import Document
from cnn_gui.draw.panel import DrawPanel
from cnn_gui.editor.about_line import AboutLine
from cnn_gui.editor.canvas import NetworkCanvas
from cnn_gui.editor.palette import LayerPalette
from cnn_gui.editor.property_form import PropertyForm
from cnn_gui.lens.microscope import Microscope
from cnn_gui.lens.panel import LensPanel
from cnn_gui.project_files import ProjectFiles
from cnn_gui.results.page import ResultsPage
from cnn_gui.training.controller import State, TrainingController
from cnn_gui.window import actions, keys, layout, menus
from cnn_gui.window.divergence_box import DivergenceBox
from cnn_gui.window.drawing_reader import DrawingReader
from cnn_gui.window.microscope_door import MicroscopeDoor
from cnn_gui.window.page_focus import PageFocus
from cnn_gui.window.recovery_offer import RecoveryOffer
from cnn_gui.window.results_door import ResultsDoor
from cnn_gui.window.run_follower import RunFollower
from cnn_gui.window.text_dialog import show_text
from cnn_gui.window.written_line import WrittenLine

if TYPE_CHECKING:
    from cnn_gui.plots.curves import TrainingCurves
    from cnn_gui.race.dialog import RaceDialog


class MainWindow(QMainWindow):
    """Everything a person sees. It holds no state of the project: that is the document's.

    Signals:
        scheme_chosen(): the colour scheme or the text size of the settings is another.
        side_panel_shown(bool): the column at the right is shown, or hidden, from now on.

    Thread: the GUI's.
    """

    scheme_chosen = Signal()
    side_panel_shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(self)
        self._race: RaceDialog | None = None
        self.controller = TrainingController(self.document, self)
        self.loader = DatasetLoader(self)
        self.files = ProjectFiles(self.document, self.controller.shut_down, self)
        self.recovery = RecoveryOffer(self.document, self.files, self)
        self._ends_unasked = False
        self._make_rooms()
        layout.arrange(self)
        self.written_line = WrittenLine(self.statusBar())
        settings.restore_layout(self)
        self.side_panel_shown.emit(settings.side_panel())
        self._connect()
        menus.build(self)
        self._page_focus.watch(self)
        actions.paint_icons(self)
        self.canvas.setFocus()
        self._show_title()

    def _make_rooms(self) -> None:
        document = self.document
        self.palette_view = LayerPalette(document)
        self.settings_panel = SettingsPanel(document)
        self.canvas = NetworkCanvas(document)
        self.about_line = AboutLine(document, self.canvas)
        self.curves: TrainingCurves | None = None
        self.curves_place = layout.panel()
        self.form = PropertyForm(document)
        self.lens = LensPanel(document)
        self.lens.put_first(self.form, self.tr("&Properties"), self.tr("The layer's settings (Alt+P)"))
        self.microscope = Microscope(document)
        self.results = ResultsPage(document)
        self.side_panel = QWidget()  # the column at the right, which the layout makes
        self.middle = QStackedWidget()  # network and curves, a layer under the microscope, or how the test set is read
        self.draw = DrawPanel()
        self.run_bar = RunBar(document, self.controller)
        self.fault_badge = FaultBadge(document.faults)
        self.data_chooser = DataChooser(document)
        self.test_figures = EvaluationLabel(document, self.controller)

    def complete(self) -> None:
        """Make what can wait until the window can be used: importing pyqtgraph alone is a fifth of a start."""
        self.add_curves()
        self.microscope.stack.prepare()

    def add_curves(self) -> None:
        """Put the plots into their place."""
        from cnn_gui.plots.curves import TrainingCurves

        self.curves = TrainingCurves()
        self.curves_place.layout().addWidget(self.curves)
        self._follower.show_in(self.curves)

    def _connect(self) -> None:
        document, controller = self.document, self.controller
        self._follower = RunFollower(document, controller, self.lens, self.run_bar, self)
        self._door = MicroscopeDoor(self.canvas, self.lens, self.microscope, self.middle, self)
        self._page_focus = PageFocus(self.microscope, self)
        self.microscope.stack.made.connect(self._page_focus.watch)
        self.results_door = ResultsDoor(self.results, self.lens, self.middle, self)
        self._reader = DrawingReader(document, self.draw, self.lens, self)
        document.file.modified_changed.connect(self.setWindowModified)
        document.file.path_changed.connect(self._show_title)
        document.refused.connect(self.say)
        document.undo_changed.connect(self.statusBar().clearMessage)  # it was of before
        document.told.connect(self.say)
        controller.state_changed.connect(self._on_state_changed)
        controller.failed.connect(self._on_run_failed)
        self._divergence_box = DivergenceBox(document, controller, self)  # after that: it has the last word
        self._follower.step_changed.connect(self.results.reader.set_step)
        for explained in (self.microscope.explained, self.about_line.read_on):
            explained.connect(self.explain)
        self.test_figures.clicked.connect(self.results_door.open)
        self.run_bar.reset_requested.connect(self.reset)
        self.fault_badge.layer_wanted.connect(self._door.show_faults)
        self.settings_panel.invalid_changed.connect(self.run_bar.set_invalid_setting)
        self.data_chooser.requested.connect(self._read_data)
        self.data_chooser.noted.connect(self.say)
        self.loader.loaded.connect(self.files.take_data)
        self.loader.failed.connect(document.set_data_problem)
        self.loader.failed.connect(self._on_data_failed)
        self.files.opened.connect(lambda: self._read_data(document.data.source))
        self.files.saved.connect(lambda path: self.written_line.tell(Path(path), project=True))
        document.file.path_changed.connect(self.written_line.leave_project)
        document.file.modified_changed.connect(lambda modified: modified and self.written_line.leave_project())
        self.files.failed.connect(self.complain)
        kept = self.tr("This is what was kept when the application was ended. Save it to have it in its file.")
        self.recovery.opened.connect(lambda: self.say(kept))

    # What it tells a person.

    @Slot(str)
    def say(self, text: str) -> None:
        """Show what just happened, or what to do next, in the status bar."""
        self.statusBar().showMessage(text, 10_000)

    @Slot(str, str)
    def complain(self, title: str, text: str) -> None:
        """Tell what could not be done; the window stays usable."""
        self._open_box(plain_text.message_box(QMessageBox.Icon.Warning, title, text, self))

    @Slot(str)
    def _on_run_failed(self, text: str) -> None:
        self.complain(self.tr("Training stopped"), text)

    @Slot(str)
    def _on_data_failed(self, text: str) -> None:
        self.complain(self.tr("Could not read the data"), text)

    def inform(self, title: str, html: str) -> None:
        """Tell what a person asked for, e.g. which keys there are, in the application's own words alone."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, html, parent=self)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)  # e.g. versions can be copied
        self._open_box(box)

    @Slot(str, str)
    def explain(self, title: str, html: str) -> None:
        """Tell what takes more than a few lines; the window stays usable."""
        show_text(title, html, self)

    def show_first_steps(self) -> None:
        """Show what a person is to try first: what the first layer makes of a drawing."""
        document = self.document
        document.select(document.architecture.layers[0].uid)
        self.lens.tabs.setCurrentWidget(self.lens.maps)
        self.draw.set_follow_drawing(True)
        self.say(self.tr("This LeNet-5 is trained: draw a digit. To watch it learn, press Reset, then Train."))

    def _open_box(self, box: QMessageBox) -> None:
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _show_title(self) -> None:
        self.setWindowTitle(f"{plain_text.window_title(self.files.title)}[*]")
        self.setWindowModified(self.document.file.modified)

    def _on_state_changed(self, state: State) -> None:
        if state is State.IDLE:
            self.say(self.tr("The run has ended. Train continues from these weights; Reset starts again."))
        elif state is State.RUNNING:
            self.say(self.tr("Training. Select a layer and look inside while it learns."))

    def compare_implementations(self) -> None:
        """Open the race of naive loops, im2col and the fast path, or bring it to the front."""
        from cnn_gui.race.dialog import RaceDialog  # here: a start does not wait for it

        if self._race is None:
            self._race = RaceDialog(self.document, self)
            self._race.destroyed.connect(self._on_race_closed)
        self._race.show()
        self._race.raise_()
        self._race.activateWindow()

    @Slot()
    def _on_race_closed(self) -> None:
        self._race = None

    # What is shown of it.

    @property
    def has_side_panel(self) -> bool:
        """Whether the column at the right is shown."""
        return not self.side_panel.isHidden()

    def toggle_side_panel(self) -> None:
        """Show the column at the right, or hide it, so that the page in the middle has its room."""
        self.show_side_panel(not self.has_side_panel)

    def show_side_panel(self, shown: bool) -> None:
        """Show the column at the right or not, now and at the next start."""
        settings.set_side_panel(shown)
        self.side_panel_shown.emit(shown)

    def toggle_full_screen(self) -> None:
        """Take the whole screen, or be a window again as before."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    # What several rooms take part in.

    @Slot()
    def reset(self) -> None:
        """Begin anew with fresh weights."""
        self.document.reset_weights()
        self.say(self.tr("The weights are random again. Press Train to watch the network learn."))

    @Slot(str)
    def _read_data(self, source: str) -> None:
        self.document.await_data(source)
        self.loader.load(source)

    @Slot(int)
    def end_unasked(self, number: int) -> None:
        """Keep what is not saved for the next start, and end: the signal *number* came, e.g. that of a log-out."""
        self._ends_unasked = True
        self.recovery.keep()
        self.close()
        QCoreApplication.exit(128 + number)

    # Events.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            actions.paint_icons(self)

    def customEvent(self, event: QEvent) -> None:
        if isinstance(event, saving.FileWritten):
            self.written_line.tell(event.path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._ends_unasked and not (self.files.may_discard() and self.files.end_run()):
            event.ignore()
            return
        self.recovery.forget()
        self.files.give_up()
        self.loader.give_up()
        self.microscope.shut_down()
        self.results.shut_down()
        if self._race is not None:
            self._race.close()
        settings.save_layout(self)
        event.accept()
