"""What happens to the gradients of a convolution, in sentences with the layer's own numbers."""

from collections.abc import Callable, Sequence
from math import prod

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.channels import Channels
from cnn_gui.lens.passes import MiniBatch
from cnn_gui.plots import addition
from cnn_gui.plots.text import short
from engine.geometry import Axis, Window
from engine.trace.convolution import ConvolutionTrace


def gradient_name(trace: ConvolutionTrace, around: bool) -> str:
    """Return 'dC/dO {0}, dilated and padded', or as much of it as is so; *around*: with zeros on every side."""
    window = trace.window
    dilated = _tr("dilated") if trace.dilates else _tr("not dilated")
    padded = around and max(window.rows.extent, window.cols.extent) > 1
    done = _tr(" and ").join(filter(None, (dilated if _has_gaps(window) else "", _tr("padded") if padded else "")))
    return f"dC/dO {{0}}, {done}" if done else "dC/dO {0}"


def kernel_name(trace: ConvolutionTrace) -> str:
    """Return 'kernel {0}, rotated', or that it is not, which is a fault."""
    return _tr("kernel {0}, rotated") if trace.rotates else _tr("kernel {0}, not rotated")


def gradient(trace: ConvolutionTrace, channel: int, channels: Channels) -> str:
    """Say where the way begins."""
    count, (height, width) = len(trace.weight[trace.readers(channel)]), trace.window.output
    filters = _tr("1 filter reads") if count == 1 else _tr("{0} filters read").format(count)
    text = _tr("dC/dO: how the loss C of this sample changes with each output. {0} {1}; O is {2} × {3}.")
    return text.format(filters, channels.title(channel), height, width)


def dilated(trace: ConvolutionTrace) -> str:
    """Say how many zeros come between neighbours."""
    window = trace.window
    if not trace.dilates and _has_gaps(window):
        size = _axes(window, lambda a: f"({a.output} − 1)·{a.stride} + 1 = {a.dilated}")
        text = _tr("A deliberate fault: not dilated. The S − 1 = {0} zeros that belong between neighbours "
            "are put after all of them, so that the size is still (O − 1)·S + 1: {1}.")  # fmt: skip
        return text.format(_axes(window, lambda a: str(a.stride - 1)), size)
    if window.rows.stride == window.cols.stride == 1:
        text = _tr("Nothing to insert: S − 1 = 0 zeros come between neighbours.")
    else:
        text = _tr("Zeros between neighbours: S − 1 = {0}, since the window moves by S pixels.").format(
            _axes(window, lambda a: str(a.stride - 1))
        )
    size = _axes(window, lambda a: f"({a.output} − 1)·{a.stride} + 1 = {a.dilated}")
    return " ".join(filter(None, (text, _tr("Size (O − 1)·S + 1: {0}.").format(size), inserted(window))))


def inserted(window: Window) -> str:
    """Say how many cells of the dilated dC/dO are zeros between values; '' for none."""
    cells, values = window.rows.dilated * window.cols.dilated, window.rows.output * window.cols.output
    text = _tr("{0:,} of its {1:,} cells are inserted zeros.")
    return text.format(cells - values, cells) if cells > values else ""


def padded(trace: ConvolutionTrace) -> str:
    """Say how many zeros come around."""
    window = trace.window
    if window.rows.extent == window.cols.extent == 1:
        return _tr("Nothing to add: the kernel is one cell, so KH − 1 = KW − 1 = 0 zeros come on every side.")
    text = _tr("Zeros on every side: {0}. Size: {1}. {2}")
    size = _axes(window, lambda a: f"{a.dilated} + 2·{a.extent - 1} = {a.dilated + 2 * (a.extent - 1)}")
    if not _is_spread(window):
        whole = text.format(_kernel_less_one(window), size, _kinds_of_cells(window))
        return whole + _tr(" So each value meets every cell of the kernel.")
    count = _tr("K' − 1 = {0}").format(_axes(window, lambda a: str(a.extent - 1)))
    extent = _axes(window, lambda a: f"({a.kernel} − 1)·{a.dilation} + 1 = {a.extent}")
    meaning = _tr(" K' = (K − 1)·D + 1 is the kernel's size with its dilation D, where K is KH down, KW across: {0}.")
    return text.format(count, size, _kinds_of_cells(window)) + meaning.format(extent)


def _kernel_less_one(window: Window) -> str:
    """Return 'KH − 1 = KW − 1 = 4', or 'KH − 1 = 2 down, KW − 1 = 3 across'."""
    high, wide = window.rows.kernel - 1, window.cols.kernel - 1
    text = "KH − 1 = KW − 1 = {0}" if high == wide else _tr("KH − 1 = {0} down, KW − 1 = {1} across")
    return text.format(high, wide)


def _kinds_of_cells(window: Window) -> str:
    """Return how many cells of the dilated and padded dC/dO are values and how many are zeros of either kind."""
    axes = window.rows, window.cols
    cells, dilated = prod(a.dilated + 2 * (a.extent - 1) for a in axes), prod(a.dilated for a in axes)
    values = prod(a.output for a in axes)
    parts = [_tr("{0:,} are padding").format(cells - dilated), _tr("{0:,} are values").format(values)]
    if dilated > values:
        parts.insert(1, _tr("{0:,} are inserted zeros").format(dilated - values))
    return _tr("Of {0:,} cells, {1}.").format(cells, ", ".join(parts))


def rotated(trace: ConvolutionTrace) -> str:
    """Say what rotating does."""
    window = trace.window
    if window.taps == 1:
        return _tr("A kernel of one cell stays as it is when it is rotated by 180°.")
    text = _tr("The kernel is rotated by 180°: its cell (u, v) goes to ({0} − u, {1} − v).")
    if not trace.rotates:
        text = _tr("A deliberate fault: not rotated. The kernel stays as it is; its cell (u, v) belongs to"
                   " ({0} − u, {1} − v).")  # fmt: skip
    text = text.format(window.rows.kernel - 1, window.cols.kernel - 1)
    if not _is_spread(window):
        return text
    return text + _tr(" Its cells stay D = {0} apart.").format(_axes(window, lambda a: str(a.dilation)))


def slid(trace: ConvolutionTrace, channel: int) -> str:
    """Say how the full convolution adds up: a cross-correlation with the rotated kernel."""
    size = _axes(trace.window, lambda a: f"{a.dilated + 2 * (a.extent - 1)} − {a.extent} + 1 = {a.used}")
    filters = len(trace.weight[trace.readers(channel)])
    text = _tr(
        "Full convolution: the rotated kernel slides one cell at a time; the products over {0} "
        "are added up. Positions: {1}."
    )
    if not trace.rotates:
        text = _tr(
            "The kernel, not rotated, slides one cell at a time; the products over {0} are added up. Positions: {1}."
        )
    return text.format(_tr("the one filter") if filters == 1 else _tr("all {0} filters").format(filters), size)


def cropped(trace: ConvolutionTrace) -> str:
    """Say what is appended, and what is cropped."""
    window = trace.window
    axes = (window.rows, window.cols)
    first = _tr("Appended: r = {0} zero rows and columns, because no window reads these pixels.")
    if not any(a.trailing for a in axes):
        first = _tr("Nothing to append: r = {0}.")
    second = _tr("Cropped padding: {0}.") if any(a.before or a.after for a in axes) else _tr(
        "Nothing to crop: P = 0."
    )  # fmt: skip
    if shifted(trace):
        first = _tr("A deliberate fault: the r = {0} zero rows and columns that belong at the end are at the "
            "beginning, so that every gradient is r pixels away from its place.")  # fmt: skip
    told = first.format(_axes(window, _rest)), second.format(_axes(window, _cropped))
    return " ".join(told if shifted(trace) else (*told, read(window)))


def shifted(trace: ConvolutionTrace) -> bool:
    """Return whether zeros stand in front of dC/dX that belong behind it, which is a fault."""
    return not trace.appends and max(trace.window.rows.trailing, trace.window.cols.trailing) > 0


def read(window: Window) -> str:
    """Say how many pixels of the input the windows read, and how many they do not."""
    unread, (height, width) = window.exclusion.unread, window.size
    if not unread:
        return _tr("All {0:,} pixels are read.").format(height * width)
    text = _tr("{0:,} of {1:,} pixels are read, {2:,} never: their dC/dX = 0.")
    return text.format(height * width - unread, height * width, unread)


def trimmed(window: Window) -> str:
    """Say what is trimmed from the padded input, and how much of the input is read."""
    text = _tr("Nothing to trim: r = {0}.")
    if window.rows.trailing or window.cols.trailing:
        text = _tr("Trimmed: r = {0} rows and columns of the padded input that no window reads.")
        if not any(axis.before or axis.after for axis in (window.rows, window.cols)):
            text = _tr("Trimmed: r = {0} rows and columns of the input that no window reads.")
    return f"{text.format(_axes(window, _rest))} {read(window)}"


def correlated(trace: ConvolutionTrace) -> str:
    """Say how dC/dW comes about."""
    window = trace.window
    if not trace.dilates and _has_gaps(window):
        return _tr("A deliberate fault: slid under dC/dO as it is, without the S − 1 = {0} zeros that belong between"
                   " its values.").format(_axes(window, lambda a: str(a.stride - 1)))  # fmt: skip
    if not _is_spread(window):
        size = _axes(window, lambda a: f"{a.used} − {a.dilated} + 1 = {a.kernel}")
        return _sums(_tr("Cross-correlated with the dilated dC/dO: {0} sums.").format(size), window)
    text = _tr("Cross-correlated with the dilated dC/dO in steps of D = {0}: {1} sums.")
    size = _axes(window, lambda a: f"({a.used} − {a.dilated})/{a.dilation} + 1 = {a.kernel}")
    return _sums(text.format(_axes(window, lambda a: str(a.dilation)), size), window)


def _sums(text: str, window: Window) -> str:
    return " ".join(filter(None, (text, inserted(window))))


def bias(trace: ConvolutionTrace) -> str:
    """Say how dC/db comes about."""
    text = _tr("The bias of a filter is added to each of its {0} × {1} outputs, so dC/db is the sum of all of dC/dO:"
               " row by row, then the rows.")  # fmt: skip
    return text.format(*trace.window.output)


def no_bias() -> str:
    """Say that there is nothing to learn from the sums."""
    return _tr("This layer has no biases. With them, dC/db of a filter would be the sum of its dC/dO.")


def row_sums(filter_: int, values: Sequence[float], total: float) -> str:
    """Return 'dC/db 3 = 0.1 + 0.2 = 0.3': the sum of each row, and of all of them."""
    return addition.equation(f"dC/db {filter_}", addition.few(values), total)


def mini_batch() -> str:
    """Say how this is part of a training step."""
    return _tr("C is the loss of this one sample. A training step adds up the dC/dW of the N samples of its mini-batch"
               " and divides by N.")  # fmt: skip


def batch(found: MiniBatch) -> str:
    """Say what the mini-batch is whose shares are on show."""
    if not found.places:
        return _tr(
            "A mini-batch of this sample alone, N = 1: no run trains on it, so it is in no mini-batch of training."
        )
    text = _tr(
        "The mini-batch {0:,} of its epoch that training draws with this image, N = {1}{2}. C is the mean of the"
        " losses: so each share has the factor 1/N, and the optimizer gets their sum."
    )
    return text.format(found.number + 1, len(found.layers), _tr(", augmented") if found.augmented else "")


def shares_caption(kernel: str, shown: int, count: int) -> str:
    """Return what the pictures of shares are of."""
    if shown < count:
        text = _tr("dC/dW {0} of this sample and of the {1} with the largest, each with its 1/N; Σ is of all {2}")
        return text.format(kernel, shown - 1, count)
    return _tr("dC/dW {0} of each sample, with its 1/N").format(kernel)


def loss(value: float) -> str:
    """Return 'loss 0.02': how wrong the network is about a sample."""
    return _tr("loss {0}").format(short(value))


def batch_sum(cell: tuple[int, int], shares: Sequence[float]) -> str:
    """Return 'row 0, column 1: 0.1 + 0.2 = 0.3': the share of each sample, and their sum."""
    where = _tr("Row {0}, column {1}: dC/dW").format(*cell)
    return f"{addition.equation(where, addition.few(shares), sum(shares))}."


def batch_difference(largest: float, same: bool) -> str:
    """Say how far the sum is from the one that training computes."""
    text = _tr("Largest difference to what the engine computes for the mini-batch: {0}.").format(short(largest))
    return text if same else _unequal(text)


def difference(largest: float, same: bool) -> str:
    """Say how far dC/dW is from the one that training computes."""
    text = _tr("Largest difference to what the engine computes for this sample: {0}.").format(short(largest))
    return text if same else _unequal(text)


def wrong(largest: float) -> str:
    """Say how far a faulty dC/dW is from the right one."""
    return _unequal(_tr("Faulty: the largest difference from the correct dC/dW is {0}.").format(short(largest)))


def divided_twice(samples: int) -> str:
    """Say that the gradients of parameters are divided by the size of the mini-batch once more."""
    return _tr("A deliberate fault: divided by N twice. The optimizer gets 1/{0} of this sum.").format(samples)


def _unequal(text: str) -> str:
    return f"≠ {text}"


def _has_gaps(window: Window) -> bool:
    """Return whether zeros come between values of dC/dO."""
    return window.rows.dilated > window.rows.output or window.cols.dilated > window.cols.output


def _is_spread(window: Window) -> bool:
    return window.rows.dilation > 1 or window.cols.dilation > 1


def _axes(window: Window, of: Callable[[Axis], str]) -> str:
    """Return what *of* says of both axes, once where it is the same."""
    rows, cols = of(window.rows), of(window.cols)
    return rows if rows == cols else _tr("{0} down, {1} across").format(rows, cols)


def _rest(axis: Axis) -> str:
    padded = f"2·{axis.before}" if axis.before == axis.after else f"{axis.before} + {axis.after}"
    return f"({axis.size} + {padded} − {axis.extent}) mod {axis.stride} = {axis.trailing}"


def _cropped(axis: Axis) -> str:
    padded = f"2·{axis.before}" if axis.before == axis.after else f"{axis.before} − {axis.after}"
    return f"{axis.padded} − {padded} = {axis.size}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("backward", text)
