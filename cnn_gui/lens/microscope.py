"""The microscope: one layer in the place of the network, looked at in every way that there is for its kind."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cnn_gui import glossary, theme
from cnn_gui.document import Document
from cnn_gui.lens.export_button import ExportButton
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.head import Head
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.lens.views.why import WhyView
from cnn_gui.lens.walk import go_by_key
from cnn_gui.plots.figure import Figure
from cnn_gui.plots.page_bar import PageBar


class Microscope(QWidget):
    """Shows the document's selected layer for the sample of each frame that it is given. Esc goes up one level.

    Attributes:
        kinds: the kinds of view that suit the layer.

    Signals:
        frame_wanted(): it has come to be seen, or shows another layer, and needs a frame.
        left(): a person goes back to the network.
        scale_chosen(Scale): a person wants the colours of the pictures to reach that far.
        explained(str, str): a person wants to know what is on show: its title, and what it is as HTML.

    Thread: GUI.
    """

    frame_wanted = Signal()
    left = Signal()
    scale_chosen = Signal(object)
    explained = Signal(str, str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._made: dict[type[LayerView], LayerView] = {}
        self.kinds: Sequence[type[LayerView]] = ()
        self._kind: type[LayerView] | None = None  # on show, or as soon as there is nothing else to say
        self._wanted: type[LayerView] | None = None
        self.export_button = ExportButton(self.figure)
        self.head = Head(self.export_button)
        self.pages, self._stack, self.message = PageBar(), QStackedWidget(), QLabel()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.prepare)
        self._arrange()
        self.head.left.connect(self.left)
        self.head.layer_wanted.connect(document.select)
        self.head.scale_chosen.connect(self.scale_chosen)
        self.head.explanation_wanted.connect(self._on_explanation_wanted)
        self.pages.chosen.connect(lambda number: self.look_through(self.kinds[number]))
        self.export_button.recorded.connect(self.frame_wanted)
        document.lock_changed.connect(self.frame_wanted)  # a frame knows whether the network can be edited

    @property
    def view(self) -> LayerView | None:
        """The view on show; None where a message is."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, LayerView) else None

    def show_frame(self, frame: Frame) -> None:
        """Show the selected layer of *frame*; nothing happens while the microscope is not to be seen."""
        if not self.isVisible() or self.export_button.busy:
            return
        self.head.show_frame(frame)
        self._offer(frame)
        if (reason := self._why_nothing(frame)) or self._kind is None:
            self.message.setText(reason)
            self._show(self.message)
            return
        view = self._view(self._kind)
        self._show(view)
        for picture in view.coloured:
            picture.ranges = frame.ranges
        self.head.scale.setEnabled(bool(view.coloured))
        view.show_frame(frame)

    def figure(self) -> Figure:
        """Return what is on show as a picture that says what it is of."""
        view, layer = self.view, self.head.heading.text()
        title = layer if view is None else f"{layer} · {self.tr(view.title)}"
        return Figure(view or self.message, title, self.head.about.whole_text)

    @Slot()
    def prepare(self) -> None:
        """Make all views, one a turn of the event loop, so that they open at once."""
        if missing := next((kind for kind in ALL if kind not in self._made), None):
            self._view(missing)
            self._soon.start()

    def look_through(self, kind: type[LayerView]) -> None:
        """Have the view of that *kind* on show, at once or when a layer comes that it suits."""
        if kind not in self.kinds:
            self._wanted = kind
        elif kind is not self._kind:
            self._turn_to(kind)
            self.frame_wanted.emit()

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

    def press(self, key: int) -> bool:
        """Do what a key means inside a layer, wherever in the window the focus is; False if it means nothing here."""
        if key == Qt.Key.Key_Escape:
            self.step_back()
            return True
        return self.view is not None and go_by_key(self.view, key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event.key()):
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.step_back()  # on empty space: whatever has a meaning takes the click itself

    def _offer(self, frame: Frame) -> None:
        """Have a page for each view that suits the layer; the same kind of view stays on show where it can."""
        kinds = [kind for kind in ALL if kind.suits(frame)]
        if kinds == self.kinds:
            return
        self.kinds, before, self._wanted = kinds, self._wanted or self._kind, None
        self.pages.set_pages([(self.tr(kind.title), glossary.tooltip(self.tr(kind.tip), kind.terms)) for kind in kinds])
        self._turn_to(next((kind for kind in kinds if kind is before), kinds[0] if kinds else None))

    def _on_explanation_wanted(self) -> None:
        if (kind := self._kind) is not None:
            self.explained.emit(self.tr(kind.title), glossary.table(kind.terms, f"{self.tr(kind.tip)}."))

    def _turn_to(self, kind: type[LayerView] | None) -> None:
        self._kind = kind
        if kind is not None:
            self.pages.show_page(self.kinds.index(kind))

    def _view(self, kind: type[LayerView]) -> LayerView:
        """Return the view of that kind, which is made when it is first asked for."""
        if kind not in self._made:
            self._made[kind] = kind(self._stack)
            self._add(self._made[kind])
            theme.indent_numbers(self._made[kind])
            self._made[kind].configured.connect(self._document.configure)
        return self._made[kind]

    def _add(self, page: QWidget) -> None:
        page.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._stack.addWidget(page)

    def _show(self, page: QWidget) -> None:
        """Have a page on show; it alone decides how small the microscope may be."""
        if page is not self._stack.currentWidget():
            self._stack.currentWidget().setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            page.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            self._stack.setCurrentWidget(page)

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
        return "" if self.kinds else nothing.format(frame.title())

    def _arrange(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # also of a click on a page's name, which takes none itself
        self.setAccessibleName(self.tr("Inside the layer"))
        self.message.setProperty("role", "hint")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add(self.message)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[1])
        for part in (self.head, self.pages, self._stack):
            column.addWidget(part, part is self._stack)
