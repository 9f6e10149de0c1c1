"""The fast convolution: stacked matrix products over lowered rows (``engine.ops.lowering``).

Forward multiplies the weights by each row's matrix, and the result is in the layout of the next layer. The weights'
gradient multiplies that matrix by the row's gradient. The input's gradient goes the same way back: a row of it is
one product of the weights with the KH rows of dC/dY that it takes part in, and a last pass adds its columns up.
"""

from functools import lru_cache

import numpy as np

from engine.geometry import Axis, Window
from engine.ops.lowering import Array, Buffer, row_matrices, stacked_rows

FEW_FILTERS = 8  # up to so many make a product so flat that two rows in one are quicker, zeros and all


def rows_at_once(window: Window, filters: int, groups: int) -> int:
    """Return how many output rows one product makes: 2 for a few filters, whose matrices would be too flat, or 1."""
    rows = window.rows
    several = groups == 1 and filters <= FEW_FILTERS and rows.dilation == 1 and rows.stride == 1
    return 2 if several and rows.output % 2 == 0 else 1


def forward(low: Array, weight: Array, window: Window, buffer: Buffer) -> Array:
    """Return y (OH, F, OW, N), without any bias, for the lowered input and weight (F, C/G, KH, KW)."""
    filters, groups = len(weight), len(low)
    at_once = rows_at_once(window, filters, groups)
    y = buffer("y", (window.rows.output, filters, *low.shape[4:]))
    flat = y.reshape(len(y) // at_once, groups, at_once * filters // groups, -1)
    np.matmul(_weight_matrices(weight, groups, at_once), row_matrices(low, window, at_once), out=flat)
    return y


def grad_weight(grad_output: Array, low: Array, weight: Array, window: Window, out: Array, buffer: Buffer) -> None:
    """Write dC/dW (F, C/G, KH, KW) to *out*: each row's matrix times that row's gradient, summed over rows."""
    filters, channels, height, width = weight.shape
    groups = len(low)
    at_once = rows_at_once(window, filters, groups)
    d = grad_output.reshape(len(grad_output) // at_once, groups, at_once * filters // groups, -1)
    matrices = row_matrices(low, window, at_once)
    if at_once > 1:  # one form is quicker for flat products, the other one else
        sums = np.matmul(d, matrices.swapaxes(2, 3), out=buffer("products", (*d.shape[:3], matrices.shape[2]))).sum(0)
    else:
        products = buffer("products", (*matrices.shape[:3], d.shape[2]))
        sums = np.matmul(matrices, d.swapaxes(2, 3), out=products).sum(axis=0).swapaxes(1, 2)
    by_row = sums.reshape(groups, at_once, filters // groups, -1, channels, width)
    by_tap = sum(by_row[:, row, :, row : row + height] for row in range(at_once))
    out.reshape(groups, filters // groups, channels, height, width)[...] = by_tap.swapaxes(2, 3)


def grad_bias(grad_output: Array, out: Array) -> None:
    """Write dC/db (F,) to *out*: the sum of grad_output (OH, F, OW, N) over all but F."""
    by_filter = grad_output.reshape(*grad_output.shape[:2], -1)
    np.sum(by_filter @ np.ones(by_filter.shape[2], by_filter.dtype), axis=0, out=out)  # BLAS adds faster than sum


def grad_input(grad_output: Array, weight: Array, window: Window, groups: int, buffer: Buffer) -> Array:
    """Return dC/dX (H, C, W, N); pixels that no window reads keep an exact zero."""
    rows, cols = window.rows, window.cols
    (filters, channels), n = weight.shape[:2], grad_output.shape[3]
    d = grad_output.reshape(rows.output, groups, filters // groups, -1).swapaxes(0, 1)
    dlow = buffer("dlow", (groups, rows.size, channels, cols.kernel, cols.output, n))
    to_rows = _grad_rows if rows.dilation == 1 else _grad_dilated_rows
    to_rows(d, weight, rows, dlow.reshape(groups, rows.size, -1, d.shape[3]))
    dx = buffer("dx", (rows.size, groups, channels, cols.size, n))
    _add_columns(dlow.transpose(3, 1, 0, 2, 4, 5), cols, dx)
    return dx.reshape(rows.size, groups * channels, cols.size, n)


def _add_columns(parts: Array, cols: Axis, out: Array) -> None:
    """Write dC/dX (H, G, C/G, W, N) to *out*: the sum of *parts* (KW, H, G, C/G, OW, N), each at its pixels.

    Two kernel columns meet at a pixel only where their distance is a multiple of S: the first to come sets it.
    """
    untouched = set(range(cols.stride))
    for offset in range(cols.kernel):
        places, pixels = cols.tap(offset)
        phase = pixels.start % cols.stride
        if places.stop == places.start:
            continue
        if phase in untouched:
            untouched.remove(phase)
            for outside in (
                slice(phase, pixels.start, cols.stride),
                slice(pixels.stop + cols.stride - 1, None, cols.stride),
            ):
                out[:, :, :, outside] = 0
            out[:, :, :, pixels] = parts[offset][:, :, :, places]
        else:
            out[:, :, :, pixels] += parts[offset][:, :, :, places]
    for phase in untouched:
        out[:, :, :, phase :: cols.stride] = 0


def _grad_rows(d: Array, weight: Array, rows: Axis, out: Array) -> None:
    """Write dC/dlow (G, H, C/G KW, OW N) to *out* for d (G, OH, F/G, OW N).

    Pixel row h takes part in output row i with kernel row u where i S + u = h + P. So h + P mod S tells which kernel
    rows it knows, and their output rows are neighbours: one matrix, as in forward.
    """
    groups, _, filters, _ = d.shape
    d = np.ascontiguousarray(d)
    by_row = weight.reshape(groups, filters, -1, *weight.shape[2:]).transpose(0, 2, 4, 3, 1)  # G, C/G, KW, KH, F/G
    for phase in range(rows.stride):
        known = by_row[:, :, :, phase :: rows.stride][:, :, :, ::-1]  # the last kernel row reads the first output row
        matrix = np.ascontiguousarray(known).reshape(groups, out.shape[2], known.shape[3] * filters)
        for pixels, first, skip, high in _spans(rows, phase):
            into = out[:, pixels].swapaxes(0, 1)
            if high:
                part = matrix[:, :, skip * filters : (skip + high) * filters]
                np.matmul(part, stacked_rows(d, first, len(into), high), out=into)
            else:
                into[...] = 0


@lru_cache(maxsize=1024)  # asked in each training step; axes are small values
def _spans(rows: Axis, phase: int) -> tuple[tuple[slice, int, int, int], ...]:
    """Return (pixel rows, first output row, taps to skip, taps) for the pixel rows h with h + P = phase mod S.

    The rows in the middle know all taps and come as one span; at the edges each is a span of its own.
    """
    taps = len(range(phase, rows.kernel, rows.stride))
    first = (phase - rows.before) % rows.stride
    spans: list[tuple[slice, int, int, int]] = []
    for h in range(first, rows.size, rows.stride):
        last = (h + rows.before - phase) // rows.stride  # the output row that reads it with the first of the taps
        low, high = max(0, last - taps + 1), min(rows.output, last + 1)
        span = (slice(h, h + 1, rows.stride), low, low - (last - taps + 1), max(0, high - low))
        whole = span[3] == taps > 0 and spans and spans[-1][3] == taps
        spans[-1:] = [(slice(spans[-1][0].start, h + 1, rows.stride), *spans[-1][1:])] if whole else [*spans[-1:], span]
    return tuple(spans)


def _grad_dilated_rows(d: Array, weight: Array, rows: Axis, out: Array) -> None:
    """Like ``_grad_rows`` for a kernel whose rows are apart: one product for each, added to the rows it read."""
    groups, _, filters, _ = d.shape
    by_row = weight.reshape(groups, filters, -1, *weight.shape[2:]).transpose(3, 0, 2, 4, 1)  # KH, G, C/G, KW, F/G
    out[...] = 0
    for offset in range(rows.kernel):
        places, pixels = rows.tap(offset)
        matrix = by_row[offset].reshape(groups, 1, -1, filters)
        out[:, pixels] += np.matmul(matrix, d[:, places])


def _weight_matrices(weight: Array, groups: int, at_once: int) -> Array:
    """Return weight (F, C/G, KH, KW) as matrices (G, R F/G, (KH + R - 1) C/G KW), in the order of ``row_matrices``.

    For R rows at once the weights stand R times below one another, each moved by one row of the input; the rest is 0.
    """
    filters, channels, height, width = weight.shape
    by_row = weight.transpose(0, 2, 1, 3).reshape(groups, filters // groups, height, channels * width)
    matrix = np.zeros((groups, at_once, filters // groups, height + at_once - 1, channels * width), weight.dtype)
    for row in range(at_once):
        matrix[:, row, :, row : row + height] = by_row
    return matrix.reshape(groups, at_once * filters // groups, -1)
