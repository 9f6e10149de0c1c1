"""The window: lays the rooms out and wires them to the document and to the training run."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QMainWindow, QMessageBox, QSplitter, QVBoxLayout, QWidget

from cnn_gui import actions, menus, settings, theme
from cnn_gui.controls.run_bar import RunBar
from cnn_gui.controls.settings_panel import SettingsPanel
from cnn_gui.datasets.chooser import DataChooser
from cnn_gui.datasets.loader import DatasetLoader
from cnn_gui.document import Document
from cnn_gui.draw.panel import DrawPanel
from cnn_gui.editor.canvas import NetworkCanvas
from cnn_gui.editor.palette import LayerPalette
from cnn_gui.editor.property_form import PropertyForm
from cnn_gui.lens.panel import LensPanel
from cnn_gui.prediction import NoPredictionError, as_input, predict
from cnn_gui.project_files import ProjectFiles
from cnn_gui.refresh import RefreshClock
from cnn_gui.training.controller import State, TrainingController
from engine import presets
from engine.data.dataset import Dataset
from engine.history import EpochResult
from engine.settings import TrainingSettings

if TYPE_CHECKING:
    from cnn_gui.plots.curves import TrainingCurves

HELD_OUT = 0.1  # of the training images, for the validation curve


class MainWindow(QMainWindow):
    """Everything a person sees. It holds no state of the project: that is the document's.

    Signals:
        scheme_chosen(): the colour scheme of the settings is another.

    Thread: the GUI's.
    """

    scheme_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(self)
        self.controller = TrainingController(self.document, self)
        self.loader = DatasetLoader(self)
        self.files = ProjectFiles(self.document, self.controller.shut_down, self)
        self.clock = RefreshClock((self._follow_weights, self._show_loss, self._show_accuracy), self)
        self.palette_view = LayerPalette(self.document)
        self.settings_panel = SettingsPanel(self.document)
        self.canvas = NetworkCanvas(self.document)
        self.curves: TrainingCurves | None = None
        self.curves_place = _panel()
        self._run_end: int | None = None  # what the history's steps will be at the end of the run
        self.form = PropertyForm(self.document)
        self.lens = LensPanel(self.document)
        self.draw = DrawPanel()
        self.run_bar = RunBar(self.document, self.controller)
        self.data_chooser = DataChooser(self.document)
        self.test_figures = QLabel()
        self._lay_out()
        self._wire()
        menus.build(self)
        actions.paint_icons(self)
        self._on_data_changed()
        self._show_title()

    # Layout.

    def _lay_out(self) -> None:
        self.resize(1280, 800)
        self.setMinimumSize(960, 640)
        self.lens.put_first(self.form, self.tr("&Properties"), self.tr("The layer's settings (Alt+P)"))
        left = _splitter("left", Qt.Orientation.Vertical, (self.palette_view, 3), (self.settings_panel, 2))
        middle = _splitter("middle", Qt.Orientation.Vertical, (self.canvas, 3), (self.curves_place, 2))
        right = _splitter("right", Qt.Orientation.Vertical, (_panel(self.lens), 3), (_panel(self.draw), 2))
        whole = _splitter("whole", Qt.Orientation.Horizontal, (left, 0), (middle, 1), (right, 0))
        for splitter, sizes in (
            (left, (356, 334)),
            (middle, (440, 250)),
            (right, (440, 250)),
            (whole, (220, 608, 420)),
        ):
            splitter.setSizes(sizes)
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(*(theme.SPACE[1],) * 4)
        box.addWidget(whole)
        self.setCentralWidget(page)
        self.test_figures.setProperty("role", "muted")
        self.statusBar().addPermanentWidget(self.test_figures)
        self.canvas.setFocus()
        settings.restore_layout(self)

    def add_curves(self) -> None:
        """Put the plots into their place, once the window can be used: importing pyqtgraph is a fifth of a start."""
        from cnn_gui.plots.curves import TrainingCurves

        self.curves = TrainingCurves()
        self.curves_place.layout().addWidget(self.curves)
        self._show_history()

    # Wiring.

    def _wire(self) -> None:
        document, controller = self.document, self.controller
        document.modified_changed.connect(self.setWindowModified)
        document.path_changed.connect(self._show_title)
        document.refused.connect(self.say)
        document.data_changed.connect(self._on_data_changed)
        document.weights_changed.connect(self._predict)
        document.history_replaced.connect(self._show_history)
        document.history_replaced.connect(self._show_test_data)
        controller.state_changed.connect(self._on_state_changed)
        controller.epoch_finished.connect(self._on_epoch_finished)
        controller.failed.connect(self.complain)
        self.run_bar.reset_requested.connect(self.reset)
        self.settings_panel.invalid_changed.connect(self.run_bar.set_invalid_setting)
        self.data_chooser.requested.connect(self._load_data)
        self.loader.loaded.connect(self._on_data_loaded)
        self.loader.failed.connect(self._on_data_failed)
        self.files.opened.connect(self._on_opened)
        self.files.saved.connect(lambda path: self.say(self.tr("Saved to {0}").format(path)))
        self.files.failed.connect(self.complain)
        self.draw.digit_changed.connect(self._on_digit_changed)
        self.draw.follow_changed.connect(self._follow_drawing)
        self.lens.sample_requested.connect(lambda: self.draw.set_follow_drawing(False))

    def say(self, text: str) -> None:
        """Show what just happened, or what to do next, in the status bar."""
        self.statusBar().showMessage(text, 10_000)

    @Slot(str)
    def complain(self, text: str) -> None:
        """Tell what could not be done; the window stays usable."""
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("That did not work"), text, parent=self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    # The project.

    def show_first_steps(self) -> None:
        """Show what a person is to try first: what the first layer makes of a drawing."""
        document = self.document
        document.select(document.architecture.layers[0].uid)
        self.lens.tabs.setCurrentWidget(self.lens.maps)
        self.draw.set_follow_drawing(True)
        self.say(self.tr("This LeNet-5 is trained: draw a digit. To watch it learn, press Reset, then Train."))

    @Slot()
    def load_preset(self, name: str) -> None:
        """Put a preset's network and settings in the place of the present ones."""
        preset = presets.load(name)
        architecture = presets.for_classes(preset.architecture, len(self.document.class_names))
        text = self.tr("Load {0}").format(preset.title)
        self.document.replace(architecture, text, watched(preset.settings))

    @Slot()
    def reset(self) -> None:
        """Begin anew with fresh weights."""
        self.document.reset_weights()
        self.say(self.tr("The weights are random again. Press Train to watch the network learn."))

    def _on_opened(self) -> None:
        self._load_data(self.document.data_source)

    def _load_data(self, source: str) -> None:
        self.document.await_data(source)
        self.loader.load(source)

    def _on_data_loaded(self, dataset: Dataset, source: str) -> None:
        self.document.set_data(dataset, source)

    def _on_data_failed(self, text: str) -> None:
        self.document.set_data_problem(text)
        self.complain(text)

    def _on_data_changed(self) -> None:
        document = self.document
        self.draw.set_class_names(document.class_names)
        self.draw.set_input_shape(*document.input_shape[1:])
        self._show_test_data()

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.title}[*]")
        self.setWindowModified(self.document.modified)

    # A run.

    def _on_state_changed(self, state: State) -> None:
        self.clock.set_running(state is not State.IDLE)
        if state is State.IDLE:
            self._run_end = None
            self._show_history()
            self.lens.set_step(self.document.history.steps)
            self.say(self.tr("The run is over. Train goes on from these weights; Reset begins anew."))
        elif state is State.RUNNING:
            self.say(self.tr("Training. Select a layer and look inside while it learns."))

    def _follow_weights(self) -> None:
        snapshot = self.controller.take_snapshot()
        if snapshot is not None:
            self._run_end = snapshot.history_step + snapshot.result.steps - snapshot.result.step
            self.lens.set_step(snapshot.history_step)
            self.document.set_weights(snapshot.parameters)
            self.run_bar.show_progress(snapshot.result)
            self.lens.refresh()

    def _show_history(self) -> None:
        self._show_loss()
        self._show_accuracy()

    def _show_loss(self) -> None:
        if self.curves is not None:
            self.curves.show_history(self.document.history, self._run_end, ("loss",))

    def _show_accuracy(self) -> None:
        if self.curves is not None:
            self.curves.show_history(self.document.history, self._run_end, ("accuracy",))

    def _show_test_data(self) -> None:
        """Show from how many images the next test figures will be: those of before are of other weights or data."""
        data = self.document.dataset
        text = self.tr("Test figures are from {0:,} images")
        self.test_figures.setText(text.format(len(data.test)) if data is not None else "")

    def _on_epoch_finished(self, result: EpochResult) -> None:
        data = self.document.dataset
        count = len(data.test) if data is not None else 0
        text = self.tr("Epoch {0}: {1:.2%} right on {2:,} test images, test loss {3:.4f}")
        self.test_figures.setText(text.format(result.epoch, result.test_accuracy, count, result.test_loss))

    # The drawing.

    @Slot()
    def _predict(self) -> None:
        self._on_digit_changed(self.draw.digit)

    def _on_digit_changed(self, picture: object) -> None:
        try:
            self.draw.show_prediction(None if picture is None else predict(self.document, picture))
        except NoPredictionError as error:
            self.draw.show_reason(str(error))
        if self.draw.follow_drawing:
            self._follow_drawing(True)

    def _follow_drawing(self, follow: bool) -> None:
        picture = self.draw.digit if follow else None
        shown = None if picture is None else as_input(self.document, picture)
        self.lens.set_sample(shown, self.tr("your drawing"))

    # Events.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys without a modifier; they arrive here only when no field or view has a use for them."""
        keys = {
            Qt.Key.Key_Space: self.run_bar.play_or_pause,
            Qt.Key.Key_Right: self.run_bar.step_button.click,
            Qt.Key.Key_R: self.run_bar.reset_button.click,
            Qt.Key.Key_H: lambda: menus.show_keys(self),
        }
        run = keys.get(Qt.Key(event.key())) if event.modifiers() == Qt.KeyboardModifier.NoModifier else None
        if run is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Right or not event.isAutoRepeat():  # held down, only the steps repeat
            run()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            actions.paint_icons(self)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not (self.files.may_discard() and self.files.end_run()):
            event.ignore()
            return
        self.loader.wait()
        settings.save_layout(self)
        event.accept()


def watched(settings: TrainingSettings) -> TrainingSettings:
    """Return the settings of a preset for a person who watches: a part is held out, so that there is a validation."""
    return replace(settings, validation=settings.validation or HELD_OUT)


def _panel(*widgets: QWidget) -> QFrame:
    """Return *widgets* on a surface of their own, like the palette and the settings."""
    frame = QFrame()
    frame.setProperty("role", "panel")
    box = QVBoxLayout(frame)
    box.setContentsMargins(*(theme.SPACE[0],) * 4)
    for widget in widgets:
        box.addWidget(widget)
    return frame


def _splitter(name: str, orientation: Qt.Orientation, *parts: tuple[QWidget, int]) -> QSplitter:
    """Return a splitter with the widgets and their stretch; *name* is what its sizes are remembered by."""
    splitter = QSplitter(orientation)
    splitter.setObjectName(name)
    splitter.setHandleWidth(theme.SPACE[1])
    splitter.setChildrenCollapsible(False)
    for position, (widget, stretch) in enumerate(parts):
        splitter.addWidget(widget)
        splitter.setStretchFactor(position, stretch)
    return splitter
