"""The microscope: one layer in the place of the network, looked at in every way that there is for its kind."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.lens.export_button import ExportButton
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.layer_strip import LayerStrip
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.lens.views.why import WhyView
from cnn_gui.plots.figure import Figure
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.page_bar import PageBar
from cnn_gui.plots.ranges import Scale


class Microscope(QWidget):
    """Shows the document's selected layer for the sample of each frame that it is given. Esc goes up one level.

    Signals:
        frame_wanted(): it has come to be seen, or shows another layer, and needs a frame.
        left(): a person goes back to the network.
        scale_chosen(Scale): a person wants the colours of the pictures to reach that far.

    Thread: GUI.
    """

    frame_wanted = Signal()
    left = Signal()
    scale_chosen = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._made: dict[type[LayerView], LayerView] = {}
        self._kinds: Sequence[type[LayerView]] = ()
        self._wanted: type[LayerView] | None = None
        self.back_button, self.heading = QPushButton(self.tr("Network")), QLabel()
        self.about = ElidedLabel("muted")
        self.previous_button, self.next_button, self.strip = QToolButton(), QToolButton(), LayerStrip()
        self.scale, self.export_button = QComboBox(), ExportButton(self.figure)
        self.pages, self.tabs, self.message = PageBar(), QTabWidget(), QLabel()
        self._arrange()
        self._explain()
        self._dress()
        self.back_button.clicked.connect(self.left)
        self.previous_button.clicked.connect(lambda: self._go(-1))
        self.next_button.clicked.connect(lambda: self._go(1))
        self.strip.chosen.connect(document.select)
        self.scale.activated.connect(lambda place: self.scale_chosen.emit(Scale(place)))
        self.pages.chosen.connect(self.tabs.setCurrentIndex)
        self.tabs.currentChanged.connect(self._show_page)
        self.tabs.currentChanged.connect(self.frame_wanted)
        self.export_button.recorded.connect(self.frame_wanted)
        document.lock_changed.connect(self.frame_wanted)  # a frame knows whether the network can be edited

    @property
    def view(self) -> LayerView | None:
        """The view on show; None where a message is."""
        shown = self.tabs.currentWidget()
        return shown if isinstance(shown, LayerView) and self._stack.currentWidget() is self.tabs else None

    def show_frame(self, frame: Frame) -> None:
        """Show the selected layer of *frame*; nothing happens while the microscope is not to be seen."""
        if not self.isVisible() or self.export_button.busy:
            return
        self.heading.setText(frame.title())
        title = frame.sample.title if frame.sample else ""
        self.about.show_text(" · ".join(filter(None, (title, frame.moment(), frame.about()))))
        self._show_neighbours(frame)
        self._offer(frame)
        if reason := self._why_nothing(frame):
            self.message.setText(reason)
            self._stack.setCurrentWidget(self.message)
            return
        self._stack.setCurrentWidget(self.tabs)
        if self.view is not None:
            self._show_scale(frame, self.view)
            self.view.show_frame(frame)

    def figure(self) -> Figure:
        """Return what is on show as a picture that says what it is of."""
        title = f"{self.heading.text()} · {self.tabs.tabText(self.tabs.currentIndex())}"
        return Figure(self.view or self.message, title, self.about.whole_text)

    def look_through(self, kind: type[LayerView]) -> None:
        """Have the view of that *kind* on show, at once or when a layer comes that it suits."""
        if kind in self._kinds:
            self.tabs.setCurrentIndex(self._kinds.index(kind))
        else:
            self._wanted = kind

    def explain(self) -> None:
        """Select the last layer, and look at why the network puts that out."""
        layers = self._document.architecture.layers
        if layers:
            self._document.select(layers[-1].uid)
            self.look_through(WhyView)

    def step_back(self) -> None:
        """Go one level up: within the view, or to the network."""
        if self.view is None or not self.view.step_back():
            self.left.emit()

    def shut_down(self) -> None:
        """End what views do in the background; the window goes."""
        for view in self._made.values():
            view.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.frame_wanted.emit()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.step_back()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.step_back()  # on empty space: whatever has a meaning takes the click itself

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _offer(self, frame: Frame) -> None:
        """Have a page for each view that suits the layer; the same kind of view stays on show where it can."""
        kinds = [kind for kind in ALL if kind.suits(frame)]
        if kinds == self._kinds:
            return
        before, self._kinds = self._wanted or type(self.tabs.currentWidget()), kinds
        self._wanted = None
        self.tabs.blockSignals(True)
        self.tabs.clear()
        for kind in kinds:
            if kind not in self._made:
                self._made[kind] = kind()
                self._made[kind].configured.connect(self._document.configure)
            self.tabs.addTab(self._made[kind], self.tr(kind.title))
        self.pages.set_pages([(self.tr(kind.title), self.tr(kind.tip)) for kind in kinds])
        self.tabs.setCurrentIndex(next((i for i, kind in enumerate(kinds) if kind is before), 0))
        self._show_page(self.tabs.currentIndex())
        self.tabs.blockSignals(False)

    def _show_scale(self, frame: Frame, view: LayerView) -> None:
        """Have the colours of its pictures reach as far as a person chose."""
        for picture in view.coloured:
            picture.ranges = frame.ranges
        self.scale.setEnabled(bool(view.coloured))
        self.scale.setCurrentIndex(frame.ranges.scale.value)

    def _show_page(self, number: int) -> None:
        """Say which page is on show; it alone decides how small the microscope may be."""
        self.pages.show_page(number)
        for n in range(self.tabs.count()):
            policy = QSizePolicy.Policy.Preferred if n == number else QSizePolicy.Policy.Ignored
            self.tabs.widget(n).setSizePolicy(policy, policy)

    def _why_nothing(self, frame: Frame) -> str:
        if frame.problem:
            return self.tr("There is nothing to see while the network cannot work. {0}").format(frame.problem)
        if frame.sample is None:
            return self.tr("There is no image yet. Load a data set, or draw something.")
        if frame.spec is None:
            return self.tr("Select a layer in the network first.")
        if frame.layer_trace is None:
            return self.tr("The image does not fit the network's input.")
        nothing = self.tr("{0} changes no number: there is nothing to look into.")
        return "" if self._kinds else nothing.format(frame.title())

    def _show_neighbours(self, frame: Frame) -> None:
        self.strip.show_layers(frame.architecture, frame.index)
        self.previous_button.setEnabled(frame.index > 0)
        self.next_button.setEnabled(0 <= frame.index < len(frame.architecture.layers) - 1)

    def _go(self, by: int) -> None:
        layers = self._document.architecture.layers
        spec = self._document.selected_spec
        if spec is not None:
            self._document.select(layers[self._document.architecture.index(spec.uid) + by].uid)

    def _explain(self) -> None:
        self.setAccessibleName(self.tr("Inside the layer"))
        self.back_button.setToolTip(self.tr("Back to the network (Esc)"))
        for button, name in (
            (self.previous_button, self.tr("The layer before")), (self.next_button, self.tr("The layer after")),
        ):  # fmt: skip
            button.setAccessibleName(name)
            button.setToolTip(name)
        self.scale.addItems([self.tr("Colours: each map"), self.tr("Colours: layer"), self.tr("Colours: network")])
        self.scale.setAccessibleName(self.tr("Range of the colours"))
        self.scale.setToolTip(
            self.tr("Which pictures have the same colours for the same values: each its own, those of a layer, or all")
        )
        self.heading.setProperty("role", "heading")
        self.message.setProperty("role", "hint")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _arrange(self) -> None:
        head, below, column, body = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self), QWidget()
        self._stack = QStackedLayout(body)
        for part in (self.tabs, self.message):
            self._stack.addWidget(part)
        for part in (self.back_button, self.previous_button, self.strip, self.next_button):
            head.addWidget(part, part is self.strip)
        self.tabs.tabBar().hide()  # the page bar has their names
        self.tabs.setDocumentMode(True)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[1])
        for row in (head, below):
            row.setSpacing(theme.SPACE[1])
        column.addLayout(head)
        below.addWidget(self.heading)
        below.addWidget(self.about, 1)
        below.addWidget(self.scale)
        below.addWidget(self.export_button)
        column.addLayout(below)
        column.addWidget(self.pages)
        column.addWidget(body, 1)

    def _dress(self) -> None:
        scheme = theme.tokens(self.palette())
        self.back_button.setIcon(theme.icon("previous", scheme.text))
        self.previous_button.setIcon(theme.icon("previous", scheme.text))
        self.next_button.setIcon(theme.icon("next", scheme.text))
