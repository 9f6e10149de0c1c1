"""A convolution as a product of matrices, with the network's own numbers: im2col, and row lowering as it is done."""

from dataclasses import replace
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QTabBar, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame
from cnn_gui.lens.matrix import words
from cnn_gui.lens.matrix.board import MatrixBoard
from cnn_gui.lens.matrix.costs import CostTable
from cnn_gui.lens.plane_box import PlaneBox
from cnn_gui.lens.step.transport import Transport
from cnn_gui.lens.view import LayerView
from cnn_gui.plots.pager import Pager
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import LayerConfig
from engine.layers.conv import Conv2DConfig
from engine.trace.convolution import ConvolutionTrace
from engine.trace.matrices import Im2col, RowLowering
from engine.trace.matrix_form import MatrixForm, Term

_FORMS: tuple[type[MatrixForm], ...] = (Im2col, RowLowering)


class MatrixPage(LayerView):
    """Weights times the input laid out as a matrix. Mouse, keys and walk move the light; a click holds it."""

    kinds: ClassVar[tuple[type[LayerConfig], ...]] = (Conv2DConfig,)
    needs_numbers: ClassVar[bool] = False
    title: ClassVar[str] = "Matrix"
    tip: ClassVar[str] = "The convolution as one matrix product, and how the engine lays out its matrices"
    terms: ClassVar[tuple[str, ...]] = ("im2col", "row lowering")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: ConvolutionTrace | None = None
        self._numbers, self._room = True, QWidget()  # what is below where there are no pictures
        self.ways, self.board, self.transport = QTabBar(), MatrixBoard(), Transport()
        self.pager = Pager()
        self.group, self.channel = PlaneBox(self.tr("Group")), PlaneBox(self.tr("Channel"))
        self.lines, self.saving, self.costs = WrappedText(5, small=True), WrappedText(2, small=True), CostTable()
        self._explain()
        self._arrange()
        self.board.pointed.connect(self.show_term)
        self.board.clicked.connect(self._on_clicked)
        self.board.moved.connect(self.show_term)
        self.pager.turned.connect(self.board.turn)
        self.transport.place_changed.connect(self._on_walked)
        self.ways.currentChanged.connect(self._show_form)
        self.group.valueChanged.connect(self._show_form)
        self.channel.valueChanged.connect(self._on_channel_chosen)

    @property
    def term(self) -> Term:
        """What the light is on."""
        return self.board.term

    def show_frame(self, frame: Frame) -> None:
        layer, self._numbers = frame.shaped_layer, frame.layer_trace is not None
        assert layer is not None
        self._trace = ConvolutionTrace(layer)
        for part in (self.board, self.transport):
            part.setVisible(self._numbers)
        self._room.setVisible(not self._numbers)
        self.group.offer(range(self._trace.groups))
        self._show_form()

    def show_term(self, term: Term) -> None:
        """Put the light on a term, because a person asked for it."""
        self.transport.pause()
        self._show(term)

    @property
    def detail(self) -> str:
        return self.tr("output ({0}, {1}), held").format(self.term.i, self.term.j) if self.board.held else ""

    def step_back(self) -> bool:
        held, self.board.held = self.board.held, False
        self._write()
        return held

    def _show_form(self) -> None:
        if self._trace is None:
            return
        form = _FORMS[self.ways.currentIndex()](self._trace, self.group.value())
        rows, columns = self._trace.window.output
        self.transport.set_count(rows * columns if isinstance(form, Im2col) else rows)
        self.costs.show_lines(words.costs(form))
        self.saving.show_lines([f"{words.saving(form)} {words.at_once(form)}"])
        if not self._numbers:
            self.pager.hide()
            self.channel.offer(range(1))
            self.lines.show_lines([words.sizes(form)])
            return
        self.channel.offer(range(form.channels.start, form.channels.stop))
        term = Term(i=rows // 2, j=columns // 2) if self.board.form is None else self.term  # corners are often padding
        self.board.show_form(form, _within(form, term))
        self._write()

    def _show(self, term: Term) -> None:
        self.board.show_term(term)
        self._write()

    def _write(self) -> None:
        """Say where the light is."""
        pictures, term = self.board.pictures, self.term
        if pictures is None:
            return
        form = pictures.form
        self.pager.show_page(pictures.page(term), pictures.pages)
        self.transport.go_to(form.output_cell(term)[1] if isinstance(form, Im2col) else term.i)
        self.channel.show_number(form.channels.start + term.channel)
        held = self.tr("Held. Click again or press Esc to release it.") if self.board.held else ""
        self.lines.show_lines([*words.place(form, term), f"{words.total(form, term)} {held}"])
        self.detail_changed.emit()

    def _on_clicked(self, term: Term) -> None:
        self.board.held = not self.board.held
        self.show_term(term)

    def _on_walked(self, place: int) -> None:
        form = self.board.form
        if form is not None:
            walked = replace(self.term, i=place)
            self._show(form.at_output((walked.filter, place), walked) if isinstance(form, Im2col) else walked)

    def _on_channel_chosen(self, channel: int) -> None:
        form = self.board.form
        if form is not None:
            self.show_term(replace(self.term, channel=channel - form.channels.start))

    def _explain(self) -> None:
        for name in (self.tr("im2col"), self.tr("Row lowering")):
            self.ways.addTab(name)
        self.ways.setDrawBase(False)
        self.ways.setAccessibleName(self.tr("How the input is laid out"))
        self.ways.setTabToolTip(0, self.tr("Every patch becomes a column"))
        self.ways.setTabToolTip(1, self.tr("Each row is copied once for every kernel column: what this engine does"))
        self.costs.setToolTip(
            self.tr("Values laid out for one image, in float32; a mini-batch of N images takes N times as many")
        )

    def _arrange(self) -> None:
        head, column = QHBoxLayout(), QVBoxLayout(self)
        head.addWidget(self.ways)
        head.addStretch(1)
        head.addWidget(self.pager)
        for box in (self.group, self.channel):
            box.place_in(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[0])
        column.addLayout(head)
        column.addWidget(self.board, 1)
        column.addWidget(self.lines)
        column.addWidget(self.transport)
        column.addWidget(self.costs)
        column.addWidget(self.saving)
        column.addWidget(self._room, 1)


def _within(form: MatrixForm, term: Term) -> Term:
    """Return *term*, or the nearest one that the convolution has."""
    filters, channels, height, width = form.trace.weight[form.filters].shape
    rows, columns = form.trace.window.output
    return Term(
        min(term.filter, filters - 1), min(term.channel, channels - 1), min(term.u, height - 1),
        min(term.v, width - 1), min(term.i, rows - 1), min(term.j, columns - 1),
    )  # fmt: skip
