"""A convolution as a product of matrices: its pictures, and the light on one of its terms in all of them."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.matrix.pictures import Pictures
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.matrix_view import MatrixView, enlarged
from cnn_gui.plots.operators import row_of
from engine.trace.matrix_form import MatrixForm, Term

_ROOM = 16, 40  # px, height and width that a number wants
_MOST = 9  # enlarged rows or columns


class MatrixBoard(QWidget):
    """Weights at the left of the values, the output below these: rows and columns of a product stand in line.

    Attributes:
        held: whether the light stays where it is while the mouse moves.

    Signals:
        pointed(Term): the mouse is over a cell that belongs to another term, and the light is not held.
        clicked(Term): such a cell was clicked.
        moved(Term): an arrow key asks for another term.

    Thread: GUI.
    """

    pointed, clicked, moved = Signal(object), Signal(object), Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pictures: Pictures | None = None
        self.term, self.held = Term(), False
        self.weights, self.values, self.output = MatrixView(), MatrixView(), MatrixView()
        self.source, self.patch, self.kernel, self.enlarged = GridView(), GridView(), GridView(), GridView()
        self._looked_at = self.values
        self._arrange()
        for matrix in (self.weights, self.values, self.output):
            matrix.pointed.connect(lambda cell, matrix=matrix: self._point(self._in(matrix, cell)))
            matrix.clicked.connect(lambda cell, matrix=matrix: self._ask(self.clicked, self._in(matrix, cell)))
            matrix.moved.connect(lambda down, on, matrix=matrix: self._ask(self.moved, self._beside(matrix, down, on)))
        for view in (self.source, self.patch, self.kernel):
            view.pointed.connect(lambda cell, view=view: self._point(self._under(view, cell)))
            view.clicked.connect(lambda cell, view=view: self._ask(self.clicked, self._under(view, cell)))

    @property
    def form(self) -> MatrixForm | None:
        """What is on show."""
        return self.pictures.form if self.pictures else None

    def show_form(self, form: MatrixForm, term: Term) -> None:
        """Show the matrices of *form*, with the light on *term*."""
        self.pictures, self.term = Pictures(form), term
        self._show_page(self.pictures.page(term))
        self.output.show_grid(self.pictures.output(term.i))
        self.source.show_grid(self.pictures.source(term.channel))
        self._show_light()

    def show_term(self, term: Term) -> None:
        """Put the light on another term."""
        before, self.term, pictures = self.term, term, self.pictures
        if pictures is None:
            return
        if pictures.page(term) != pictures.page(before):
            self._show_page(pictures.page(term))
        if pictures.by_rows and term.i != before.i:
            self.output.show_grid(pictures.output(term.i))
        if term.channel != before.channel:
            self.source.show_grid(pictures.source(term.channel))
        self._show_light()

    def turn(self, pages: int) -> None:
        """Ask for a term so many pages on."""
        if self.pictures is not None:
            self._ask(self.moved, self._beside(self.values, pages * self.pictures.page_lines, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._enlarge()

    def _show_page(self, page: int) -> None:
        assert self.pictures is not None
        self.weights.show_grid(self.pictures.weights(page))
        self.values.show_grid(self.pictures.values(page))

    def _show_light(self) -> None:
        """Show what belongs to the term: its patch, its kernel, and where it stands in each picture."""
        pictures, term, form = self.pictures, self.term, self.form
        assert pictures is not None and form is not None
        self.patch.show_grid(pictures.patch(term))
        self.kernel.show_grid(pictures.kernel(term))
        for view in (self.patch, self.kernel):
            view.highlight(None, [(term.u, term.v)])
        self.source.highlight(pictures.window(term), [form.pixel(term)])
        self.weights.light(_within(self.weights, form.weight_cell(term)))
        self.values.light(_within(self.values, form.value_cell(term)), form.part(term.i) if pictures.by_rows else None)
        self.output.light(form.output_cell(term))
        self._enlarge()

    def _enlarge(self) -> None:
        """Show the neighbours of the lit cell of the matrix that was looked at last."""
        matrix = self._looked_at
        if self.pictures is None or matrix.grid is None or matrix.lit is None:
            return
        sides = zip((self.enlarged.height() - _ROOM[0], self.enlarged.width()), _ROOM, strict=True)
        high, wide = (min(_MOST, max(1, side // room)) for side, room in sides)
        grid, cell = enlarged(matrix.grid, matrix.lit, (high, wide))
        special = self.pictures.special(grid, self.term) if matrix is self.values else None
        title = self.tr("{0} at ({1}, {2})").format(grid.title[0], *_of(grid.origin, cell))
        self.enlarged.show_grid(replace(grid, title=title, marks=special))
        self.enlarged.highlight(None, [cell])

    def _in(self, matrix: MatrixView, cell: Cell | None) -> Term | None:
        """Return the term that a cell of a matrix on show leads to from the present one."""
        if matrix.grid is None or cell is None:
            return None
        term = self._at(matrix, _of(matrix.grid.origin, cell))
        if term is not None and not self.held:
            self._looked_at = matrix
        return term

    def _at(self, matrix: MatrixView, cell: Cell) -> Term | None:
        """Return the same for a cell of the whole matrix."""
        form = self.form
        assert form is not None
        if matrix is self.values:
            return form.at_value(cell, self.term)
        return (form.at_weight if matrix is self.weights else form.at_output)(cell, self.term)

    def _beside(self, matrix: MatrixView, down: int, on: int) -> Term | None:
        """Return the term so many rows and columns on in a matrix, or at its edge."""
        form, self._looked_at = self.form, matrix
        if form is None:
            return None
        shape, cell = {
            self.weights: (form.weights.shape, form.weight_cell), self.values: (form.shape, form.value_cell),
            self.output: (form.output(self.term.i).shape, form.output_cell),
        }[matrix]  # fmt: skip
        ends = zip(cell(self.term), (down, on), shape, strict=True)
        row, column = (min(max(at + step, 0), count - 1) for at, step, count in ends)
        return self._at(matrix, (row, column))

    def _under(self, view: GridView, cell: Cell | None) -> Term | None:
        """Return the term that a cell of the image, of the patch or of the kernel leads to."""
        if cell is None or self.pictures is None:
            return None
        if view is not self.source:
            return replace(self.term, u=cell[0], v=cell[1])
        i, j = self.pictures.correlation(self.term).place_over(*cell)
        return replace(self.term, i=i, j=j)

    def _point(self, term: Term | None) -> None:
        if not self.held:
            self._ask(self.pointed, term)

    def _ask(self, signal: Signal, term: Term | None) -> None:
        if term is not None:
            signal.emit(term)

    def _arrange(self) -> None:
        top, column = QGridLayout(), QVBoxLayout(self)
        for view, row, place in (
            (self.source, 0, 0), (self.values, 0, 1), (self.weights, 1, 0), (self.output, 1, 1),
        ):  # fmt: skip
            top.addWidget(view, row, place)
        for view in (self.source, self.patch, self.kernel, self.enlarged):
            view.size_below = False
        for number, share in ((0, 2), (1, 3)):
            top.setColumnStretch(number, share)
        for number, share in ((0, 3), (1, 2)):
            top.setRowStretch(number, share)
        top.setSpacing(theme.SPACE[1])
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addLayout(top, 5)
        column.addLayout(row_of(self.patch, "×", self.kernel, self.enlarged), 3)


def _of(origin: Cell, cell: Cell) -> Cell:
    """Return the place in the whole matrix of a cell of a part that begins at *origin*."""
    return origin[0] + cell[0], origin[1] + cell[1]


def _within(matrix: MatrixView, cell: Cell) -> Cell:
    """Return the place in the part on show of a cell of the whole matrix."""
    origin = matrix.grid.origin if matrix.grid else (0, 0)
    return cell[0] - origin[0], cell[1] - origin[1]
