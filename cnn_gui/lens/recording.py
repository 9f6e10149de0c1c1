"""A walk as an animation: a figure, frame by frame, while a view is taken from place to place."""

from collections.abc import Callable, Generator
from contextlib import closing
from functools import reduce

from PySide6.QtCore import QCoreApplication, QEvent, QSize

from cnn_gui.plots.animation import Animation
from cnn_gui.plots.figure import Figure

Steps = Generator[int, None, None]  # for how many ms each is to be seen

_SAMPLES = 6  # frames that the colours are taken from


def record(
    figure: Figure, ratio: float, walk: Callable[[], Steps], goes_on: Callable[[int, int], bool] | None = None
) -> Animation | None:
    """Return *figure* at each step of a walk, all in the size of the largest.

    Args:
        figure: of the view that walks.
        ratio: pixels a unit.
        walk: begins the walk anew each time.
        goes_on: hears how many of how many frames there are; None is returned once it says no.

    Thread: GUI.
    """
    with closing(_laid_out(walk())) as steps:
        sizes = [figure.size for _ in steps]
    count, size = len(sizes), reduce(QSize.expandedTo, sizes)
    with closing(_laid_out(walk())) as steps:
        samples = [figure.image(ratio, size) for n, _ in enumerate(steps) if n in _spread(count)]
    animation = Animation(samples)
    with closing(_laid_out(walk())) as steps:
        for n, duration in enumerate(steps, 1):
            animation.add(figure.image(ratio, size), duration)
            if goes_on is not None and not goes_on(n, count):
                return None
    return animation


def _spread(count: int) -> set[int]:
    """Return which of *count* frames are samples, the first and the last among them."""
    return {round(k * (count - 1) / (_SAMPLES - 1)) for k in range(_SAMPLES)}


def _laid_out(steps: Steps) -> Steps:
    """Yield each step once what has come to be seen in it has found its place."""
    with closing(steps):
        for duration in steps:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
            yield duration
