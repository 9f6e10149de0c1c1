"""What the layers that read maps (C, H, W) share: the checks that they fit, and how a window reads."""

from engine.errors import ShapeError
from engine.geometry import Padding, Window
from engine.layer import Shape

Pair = tuple[int, int]


def channels_and_size(shape: Shape) -> tuple[int, Pair]:
    """Return C and (H, W); raises ShapeError for the *shape* of a vector."""
    if len(shape) != 3:
        raise ShapeError(
            f"It needs maps (channels × rows × columns), but receives a vector of {shape[0]} values.",
            "Move it before the layer that turns the maps into a vector.",
        )
    return shape[0], shape[1:]


def channels_and_window(
    shape: Shape, kernel: Pair, stride: Pair, padding: Padding, dilation: Pair = (1, 1)
) -> tuple[int, Window]:
    """Return C and the Window for inputs of *shape*; raises ShapeError where no window fits."""
    channels, size = channels_and_size(shape)
    window = Window.of(size, kernel, stride, padding, dilation)
    for axis, word in ((window.rows, "height"), (window.cols, "width")):
        if not axis.output:
            raise ShapeError(
                f"The window of {window.rows.extent} × {window.cols.extent}"
                + (" with its dilation" if dilation != (1, 1) else "")
                + f" is larger than its input: {word} {axis.size}"
                + (f" with padding {axis.before} on both sides." if axis.before else "."),
                "Make the window smaller, add padding, or remove a layer before it that shrinks the maps.",
            )
    return channels, window


def extent(pair: Pair | str) -> str:
    """Return a stride or padding as a card shows it: '2', '2×1' where rows and columns differ, or its word."""
    if isinstance(pair, str):
        return pair
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"
