"""What is said of pixels that are read, and of those that are not: the formulas with their numbers."""

from collections.abc import Sequence
from math import prod

from PySide6.QtCore import QCoreApplication

from cnn_gui.plots.grid import Cell
from cnn_gui.plots.text import number
from engine.geometry import Axis, Window


def headline(window: Window) -> str:
    """Return how many pixels are never read, in a sentence."""
    unread, (height, width) = window.exclusion.unread, window.size
    if not unread and window.exclusion.absorbed:
        return _tr("All {0:,} pixels are read; padding absorbs the rest.").format(height * width)
    if not unread:
        return _tr("All {0:,} pixels are read.").format(height * width)
    text = _tr("{0:,} of {1:,} pixels are never read: dC/dX = 0. The other {2:,} are read.")
    return text.format(unread, height * width, height * width - unread)


def size_letter(window: Window) -> str:
    """Return the letter for the size of the window along an axis: K, or K' where a dilation makes it larger."""
    return "K'" if max(window.rows.dilation, window.cols.dilation) > 1 else "K"


def letters(window: Window) -> str:
    """Return what the letters of the formulas mean."""
    text = _tr("X: size of the input · P: padding · S: stride · K: size of the window, KH down and KW across")
    dilated = _tr(" · K' = (K − 1)·D + 1: that with its dilation D")
    return text + (dilated if size_letter(window) != "K" else "")


def formulas(window: Window) -> list[str]:
    """Return how the numbers of rows and columns come about, once for both where they are alike."""
    if window.rows == window.cols:
        r, lost = _trailing(window.rows)
        formula = f"r = (X + 2P − {size_letter(window)}) mod S = {r}"
        return [formula, f"{_tr('lost')} = max(0, r − P) = {lost}", *_gaps(window.rows, "")]
    named = (window.rows, _tr("Rows: ")), (window.cols, _tr("Columns: "))
    lines = [f"{name}r = {r}, {_tr('lost')} = {lost}" for axis, name in named for r, lost in (_trailing(axis),)]
    return lines + [line for axis, name in named for line in _gaps(axis, name)]


def pixel(window: Window, cell: Cell) -> str:
    """Return how often a cell of the padded input is read and by which outputs, or why it is not."""
    axes = window.rows, window.cols
    row, col = (n - axis.before for n, axis in zip(cell, axes, strict=True))
    where = _tr("Row {0}, column {1}").format(number(row), number(col))
    rows, cols = (axis.places(n) for axis, n in zip(axes, cell, strict=True))
    if not (rows and cols):
        return f"{where}: {_why_not(axes, cell)}"
    times = len(rows) * len(cols)
    often = _tr("read once") if times == 1 else _tr("read {0:,} times").format(times)
    return _tr("{0}: {1}, by the output in {2}").format(where, often, _part(rows, cols))


def place(window: Window, cell: Cell) -> str:
    """Return what one output reads."""
    axes = window.rows, window.cols
    rows, cols = (
        range(cells.start - axis.before, cells.stop - axis.before, cells.step)
        for axis, cells in zip(axes, (axis.cells(n) for axis, n in zip(axes, cell, strict=True)), strict=True)
    )
    pairs = zip(axes, (rows, cols), strict=True)
    count, pixels = len(rows) * len(cols), prod(sum(0 <= n < axis.size for n in part) for axis, part in pairs)
    padding = _tr(", {0:,} of them padding").format(count - pixels) if pixels < count else ""
    cells = _tr("1 cell") if count == 1 else _tr("{0:,} cells").format(count)
    text = _tr("Output in row {0}, column {1}: reads {2}{3}: {4}")
    return text.format(*cell, cells, padding, _part(rows, cols))


def _trailing(axis: Axis) -> tuple[str, str]:
    """Return '(28 + 2·0 − 5) mod 2 = 1' and 'max(0, 1 − 0) = 1'."""
    sides = f"2·{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    lost = f"max(0, {axis.trailing} − {axis.after})"
    if axis.trailing - axis.after > axis.size:  # nothing but padding is read
        lost = f"min({axis.size}, {lost})"
    r = f"({axis.size} + {sides} − {axis.extent}) mod {axis.stride} = {axis.trailing}"
    return r, f"{lost} = {axis.exclusion.lost}"


def _gaps(axis: Axis, name: str) -> list[str]:
    """Return where the gaps come from."""
    lines = []
    if axis.dilation > 1:
        text = _tr("K' = ({0} − 1)·{1} + 1 = {2} with the dilation")
        lines.append(name + text.format(axis.kernel, axis.dilation, axis.extent))
    if axis.exclusion.between:
        text = _tr("gaps of S − {3} = {0} − {1} = {2} between windows")
        letter = "K'" if axis.dilation > 1 else "K"
        lines.append(name + text.format(axis.stride, axis.extent, axis.stride - axis.extent, letter))
    return lines


def _why_not(axes: Sequence[Axis], cell: Cell) -> str:
    pairs = list(zip(axes, cell, strict=True))
    if any(n >= axis.used for axis, n in pairs):
        absorbed = any(not 0 <= n - axis.before < axis.size for axis, n in pairs)
        return _tr("padding after the last window") if absorbed else _tr("never read, after the last window")
    if any(n % axis.stride >= axis.extent for axis, n in pairs):
        return _tr("never read, between two windows")
    return _tr("never read, between the cells of the windows")


def _part(rows: range, cols: range) -> str:
    """Return 'row 3, columns 3 to 5'."""
    row = _tr("row {0}") if len(rows) == 1 else _tr("rows {0}")
    col = _tr("column {0}") if len(cols) == 1 else _tr("columns {0}")
    return f"{row.format(_stretch(rows))}, {col.format(_stretch(cols))}"


def _stretch(numbers: range) -> str:
    """Return '3', '3 to 5', or '3 to 9 by 2'."""
    if len(numbers) == 1:
        return number(numbers[0])
    step = _tr(" by {0}").format(numbers.step) if numbers.step > 1 else ""
    return _tr("{0} to {1}").format(number(numbers[0]), number(numbers[-1])) + step


def _tr(text: str) -> str:
    return QCoreApplication.translate("reads", text)
