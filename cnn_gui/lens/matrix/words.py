"""What the matrix view says: where a term stands and why there, and what each way of laying out costs."""

from math import prod

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots import addition
from cnn_gui.plots.addition import Addend
from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import number, short
from cnn_gui.plots.text import term as operand
from engine.summary import BYTES, size
from engine.trace.matrices import Im2col, RowLowering
from engine.trace.matrix_form import MatrixForm, Term


def place(form: MatrixForm, term: Term) -> list[str]:
    """Return where the lit column, or part, comes from and where the lit row does, each with its arithmetic."""
    return _in_columns(form, term) if isinstance(form, Im2col) else _in_rows(form, term)


def total(form: MatrixForm, term: Term) -> str:
    """Return the lit cell of the output as its sum of products, and the lit one of these with its factors."""
    weights, (f, k) = form.weights, form.weight_cell(term)
    name = form.filters.start + f
    weight = float(weights[f, k])
    channel, pixel = form.channels.start + term.channel, form.pixel(term)
    value = float(form.trace.padded[channel, *pixel])
    output, bias = float(form.trace.output[name, term.i, term.j]), float(form.trace.bias[name])
    start, count = _tr("Output {0} at ({1}, {2})").format(name, term.i, term.j), weights.shape[1]
    if bias:
        products = Addend(output - bias, _tr("(sum of {0:,} products: {{0}})").format(count))
        whole = addition.equation(start, [products, Addend(bias, _tr("bias {0}"))], output)
    else:
        whole = addition.equation(_tr("{0} = sum of {1:,} products").format(start, count), [Addend(output)], output)
    text = _tr("{0}; the highlighted product, {1} × kernel cell ({2}, {3}): {4} × {5} = {6}.")
    factors = operand(value), operand(weight), short(weight * value)
    return text.format(whole, _read(form, channel, pixel), term.u, term.v, *factors)


def _read(form: MatrixForm, channel: int, pixel: Cell) -> str:
    """Return 'input 3 (5, 6)' or 'padding (−1, 2)' for a cell of the padded input."""
    axes = form.trace.window.rows, form.trace.window.cols
    row, column = (n - axis.before for n, axis in zip(pixel, axes, strict=True))
    inside = all(0 <= n < axis.size for n, axis in zip((row, column), axes, strict=True))
    name = _tr("input {0}").format(channel) if inside else _tr("padding")
    return f"{name} ({number(row)}, {number(column)})"


def costs(form: MatrixForm) -> list[tuple[str, str, str, str, str]]:
    """Return a line of headings, one for the input and one for each way: name, arithmetic, values, memory, ratio."""
    trace = form.trace
    ways = (
        (_tr("input"), _tr("C · H · W"), trace.input.shape),
        (_tr("im2col"), _tr("C · KH · KW · OH · OW"), Im2col(trace).extents),
        (_tr("row lowering"), _tr("rows · C · KW · OW"), RowLowering(trace).extents),
    )
    heading = (_tr("One image"), "", _tr("values"), _tr("float32"), _tr("of the input"))
    return [heading, *(_cost(*way, trace.input.size) for way in ways)]


def sizes(form: MatrixForm) -> str:
    """Return how large the matrices of one product are."""
    text = _tr("W has {0} × {1} values, the input as it is laid out {2} × {3}, the output of a product {4} × {5}.")
    return text.format(*form.weights.shape, *form.shape, *form.output(0).shape)


def saving(form: MatrixForm) -> str:
    """Return why row lowering lays out less than im2col, or why it does not."""
    rows, columns, lowered = form.trace.window.rows, Im2col(form.trace).count, RowLowering(form.trace)
    if not lowered.overlaps:
        text = _tr(
            "Both take the same room: the kernel's rows are {0} apart, so each row is copied wherever it is read."
        )
        return text.format(rows.dilation)
    if rows.stride < rows.kernel and rows.output > 1:
        text = _tr(
            "Row lowering takes {0} times less room: neighbouring output rows share {1} − {2} = {3} of their {1} rows."
        )
        return text.format(_times(columns / lowered.count), rows.kernel, rows.stride, rows.kernel - rows.stride)
    if lowered.count > columns:
        text = _tr(
            "Row lowering takes {0} times more room: with stride {1} over {2} kernel rows it also "
            "copies rows that are never read."
        )
        return text.format(_times(lowered.count / columns), rows.stride, rows.kernel)
    return _tr("Both take the same room: no two output rows read the same row of the input.")


def at_once(form: MatrixForm) -> str:
    """Return that the fast path makes several rows in one product, and why; '' where it makes one."""
    count = RowLowering(form.trace).rows_at_once
    text = _tr(
        "With only {0} filters the matrix product would be too flat to be fast: the engine "
        "computes {1} output rows in one."
    )
    return text.format(len(form.trace.weight), count) if count > 1 else ""


def _in_columns(form: MatrixForm, term: Term) -> list[str]:
    (row, column), (_, _, height, width) = form.value_cell(term), form.trace.weight.shape
    wide = form.trace.window.cols.output
    across = _tr("Column {0} = {1} · {3} + {2}: the patch of output ({1}, {2}).")
    down = _tr("Row {0} = ({4} · {5} + {2}) · {6} + {3}: channel {1}, kernel cell ({2}, {3}).")
    channel = form.channels.start + term.channel
    return [
        across.format(column, term.i, term.j, wide),
        down.format(row, channel, term.u, term.v, term.channel, height, width),
    ]


def _in_rows(form: MatrixForm, term: Term) -> list[str]:
    assert isinstance(form, RowLowering)
    row, part = form.value_cell(term)[0], form.part(term.i)
    _, channels, _, width = form.trace.weight.shape
    across = _tr("Output row {0} = W × rows {0} · {3} · {4} = {1} to {2} of L.")
    down = _tr("Row {0} = ({1} · {4} + {5}) · {6} + {3}: lowered row {1}, channel {2}, kernel column {3}.")
    channel, lowered = form.channels.start + term.channel, term.i * form.step + term.u
    return [
        across.format(term.i, part.start, part.stop - 1, form.step, form.lines_each),
        down.format(row, lowered, channel, term.v, channels, term.channel, width),
    ]


def _cost(name: str, symbols: str, extents: tuple[int, ...], of: int) -> tuple[str, str, str, str, str]:
    count, numbers = prod(extents), " · ".join(map(str, extents))
    return name, f"{numbers} = {symbols}", f"{count:,}", size(count * BYTES), f"{_times(count / of)} ×"


def _times(ratio: float) -> str:
    return f"{ratio:,.1f}" if ratio < 100 else f"{ratio:,.0f}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("matrix", text)
