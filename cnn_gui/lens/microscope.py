"""The microscope: one layer in the place of the network, looked at in every way that there is for its kind."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
from cnn_gui.command_table import Place
from cnn_gui.document import Document
from cnn_gui.lens import notices
from cnn_gui.lens.export_button import ExportButton
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.head import Head
from cnn_gui.lens.kind_bar import KindBar
from cnn_gui.lens.page_scroll import PageScroll
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.view_stack import ViewStack
from cnn_gui.lens.views.check import CheckView
from cnn_gui.lens.views.why import WhyView
from cnn_gui.lens.waiting import Waiting
from cnn_gui.lens.walk import go
from cnn_gui.notice import Notice, Offer, offers
from cnn_gui.plots.figure import Figure
from engine.layer import LayerConfig


class Microscope(QWidget):
    """Shows the document's selected layer for the sample of each frame that it is given. Esc goes up one level.

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
        self.export_button = ExportButton(self.figure)
        self.head = Head(self.export_button)
        self.pages, self.stack, self.waiting = KindBar(), ViewStack(), Waiting(self)
        self.notice = Notice("warning", across=True)
        self._shown: tuple[object, ...] | None = None  # network, layer, view and whether of a mini-batch
        self._arrange()
        self._connect()

    def _connect(self) -> None:
        self.head.left.connect(self.left)
        self.head.layer_wanted.connect(self._document.select)
        self.head.scale_chosen.connect(self.scale_chosen)
        self.head.explanation_wanted.connect(lambda: self.explained.emit(*self.pages.explanation()))
        self.head.trail.page_wanted.connect(self.go_to_top)
        self.pages.turned.connect(self.frame_wanted)
        self.pages.top_wanted.connect(self.go_to_top)
        self.export_button.recorded.connect(self.frame_wanted)
        self._document.lock_changed.connect(self.frame_wanted)  # a frame knows whether the network can be edited
        self.stack.made.connect(self._on_made)
        self.waiting.ready.connect(self._on_ready)
        self.waiting.failed.connect(self._on_failed)

    @property
    def kinds(self) -> Sequence[type[LayerView]]:
        """The kinds of view that suit the layer."""
        return self.pages.kinds

    @property
    def view(self) -> LayerView | None:
        """The view on show; None where a message is."""
        return self.stack.view

    def show_frame(self, frame: Frame) -> None:
        """Show the selected layer of *frame*, or of a large network as soon as its numbers are there.

        Nothing happens while the microscope is not to be seen.
        """
        if not self.isVisible() or self.export_button.busy:
            return
        self.pages.offer(frame)
        set_obstacle(self.head.words_button, "" if self.kinds else self.tr("No page is open: there is no layer."))
        kind, reason = self.pages.kind, self._why_nothing(frame)
        if kind is None or (reason and (kind.needs_numbers or frame.shaped_layer is None)):
            self.waiting.forget()
            self._say(frame, reason)
            return
        view = self.stack.of(kind)
        if frame.passes.are_there(frame.index if view.batched else None):
            self.waiting.forget()
            self._present(frame, view)
        else:
            self._wait(frame, view)

    def _on_ready(self, frame: Frame) -> None:
        edited = frame.architecture is not self._document.architecture
        if self.pages.kind is not None and not edited and not self.export_button.busy:
            self._present(frame, self.stack.of(self.pages.kind))

    def _present(self, frame: Frame, view: LayerView) -> None:
        self.head.show_frame(frame)
        self._shown = frame.architecture, frame.spec, view, view.batched
        self.stack.show_page(view)
        for picture in view.coloured:
            picture.ranges = frame.ranges
        set_obstacle(self.head.scale, "" if view.coloured else self.tr("This page has no colours with a range."))
        view.show_frame(frame)
        self._show_trail()
        self._show_notice(frame, view)

    def _wait(self, frame: Frame, view: LayerView) -> None:
        """Have the passes made; until then this view of this layer keeps the numbers that it has, under their label."""
        if self._shown != (frame.architecture, frame.spec, view, view.batched):
            self._say(frame, self.tr("Computing every number of this large network..."))
        self.waiting.want(frame, view.batched)

    def _say(self, frame: Frame, text: str) -> None:
        """Have words in the place of a view."""
        self._shown = None
        self.head.show_frame(frame)
        self.stack.say(text)
        self._show_trail()
        self._show_notice(frame, None)

    def _show_notice(self, frame: Frame, view: LayerView | None) -> None:
        """Say above the page what is wrong on purpose, or which layer cannot work, with a way there."""
        what, remedy = notices.of_problem(frame)
        there = [(spec.uid, frame.title_of(spec)) for spec, _ in filter(None, [frame.broken])]
        if not what and view is not None and frame.layer_trace is None:
            what = self._why_nothing(frame)
        elif not what and view is not None and view.shows_gradients:
            what, there = notices.of_faults(frame), list(notices.places(frame))
        tip = self.tr("Open that layer")
        self.notice.setVisible(bool(what))
        self.notice.say(what, remedy)
        mending = [] if frame.broken is None else offers(self._document, frame.broken[0].uid)
        self.notice.offer([
            *(Offer(self.tr("Go to {0}").format(title), tip, partial(self._document.select, uid))
              for uid, title in there if uid != self._document.selected),
            *mending,
        ])  # fmt: skip

    def _show_trail(self) -> None:
        """Say which detail of the page is on show."""
        view = self.view
        self.head.trail.show_detail(*(("", "") if view is None else (self.tr(view.title), view.detail)))

    def figure(self) -> Figure:
        """Return what is on show as a picture that says what it is of."""
        view, layer = self.view, self.head.heading.text()
        title = layer if view is None else f"{layer} · {self.tr(view.title)}"
        return Figure(view or self.stack.message, title, self.head.about.whole_text)

    def look_through(self, kind: type[LayerView]) -> None:
        """Have the view of that *kind* on show, at once or when a layer comes that it suits."""
        self.pages.choose(kind)

    def explain(self) -> None:
        """Select the last layer, and look at why the network puts that out."""
        layers = self._document.architecture.layers
        if layers:
            self._document.select(layers[-1].uid)
            self.look_through(WhyView)

    def show_faults(self, uid: str) -> None:
        """Select the layer *uid*, and look at its gradients' check and its deliberate faults."""
        self._document.select(uid)
        self.look_through(CheckView)

    def step_back(self) -> None:
        """Go one level up: within the view, or to the network."""
        if self.view is None or not self.view.step_back():
            self.left.emit()

    def go_to_top(self) -> None:
        """Go up within the view until all of it is on show."""
        while self.view is not None and self.view.step_back():
            pass

    def shut_down(self) -> None:
        """End what views do in the background; the window goes."""
        self.waiting.background.shut_down()
        self.stack.shut_down()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.frame_wanted.emit()
        self.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.waiting.forget()

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means on the page, wherever in the window the focus is; False if it is none of a page's keys.

        A page's key that this page has no use for does nothing, so that it cannot do something else by mistake.
        """
        name = command_table.named(event, Place.PAGE)
        if name == "page_up":
            self.step_back()
        elif name and self.view is not None and (name != "page_play" or not event.isAutoRepeat()):
            go(self.view, name)
        return bool(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event):
            super().keyPressEvent(event)

    def _on_made(self, view: LayerView) -> None:
        view.configured.connect(self._on_configured)
        view.frame_wanted.connect(self.frame_wanted)
        view.detail_changed.connect(self._show_trail)

    def _on_configured(self, uid: str, config: LayerConfig) -> None:
        """Change the layer on show, unless it was changed or removed since it was shown."""
        spec = self._document.architecture.find(uid)
        if spec is not None and self._shown is not None and spec == self._shown[1]:
            self._document.configure(uid, config)

    def _on_failed(self, text: str) -> None:
        if self.export_button.busy:
            return
        self._shown = None
        self.stack.say(text or self.tr("The numbers of this network could not be computed."))
        self._show_trail()

    def _why_nothing(self, frame: Frame) -> str:
        if frame.problem:
            return self.tr("There are no numbers while the network cannot work. {0}").format(frame.problem)
        if frame.sample is None:
            return self.tr("There is no image yet. Load a data set, or draw something.")
        if frame.spec is None:
            return self.tr("Select a layer in the network first.")
        if frame.values is None:
            return self.tr("The image does not fit the network's input.")
        if frame.label is None:
            return self.tr(
                "The network's output is not a number, so there is no predicted class. Choose another image."
            )
        nothing = self.tr("{0} passes its input on unchanged: there is nothing to show inside it.")
        return "" if self.kinds else nothing.format(frame.title())

    def _arrange(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # also of a click on a page's name, which takes none itself
        self.setAccessibleName(self.tr("Inside the layer"))
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.SPACE[1]] * 4)
        column.setSpacing(theme.SPACE[1])
        self.notice.hide()
        for part in (self.head, self.pages, self.notice, PageScroll(self.stack)):
            column.addWidget(part, isinstance(part, PageScroll))
