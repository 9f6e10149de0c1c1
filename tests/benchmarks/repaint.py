"""What a view of the microscope costs in itself: ``python -m tests.benchmarks.repaint [--only 512] [--over]``.

Builds layers from 32 channels to 512, and for each view, with each of its stages, prints the milliseconds that the GUI
thread works to open it for the first time, made before that in an idle turn as in the application, and to show and
paint other numbers in it. Those are of two samples with two sets of weights in turn, as they come while a network
trains; their traces are there, and what is worked out beside the GUI is not waited for. ``!`` marks what is over
100 ms or 16 ms.
"""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from time import thread_time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTabBar

    from cnn_gui.document import Document
    from cnn_gui.lens.frame import Frame
    from cnn_gui.lens.passes import Passes
    from cnn_gui.lens.view import LayerView
    from tests.helpers.networks import Network

OPEN, REPAINT = 100.0, 16.0  # ms
SIZE = 1280, 800  # px
KERNELS_AND_SHAPES = (
    (3, (32, 28, 28)), (5, (32, 28, 28)), (3, (32, 64, 64)), (5, (32, 64, 64)), (3, (512, 14, 14)), (3, (512, 28, 28)),
    (3, (64, 128, 128)),
)  # fmt: skip


class Cost(NamedTuple):
    """Milliseconds of the GUI thread to open a view, or one of its stages, and to repaint it."""

    layer: str
    view: str
    opened: float
    repainted: float


def main() -> int:
    """Measure and print; the exit code is 1 if anything is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="networks with this in their name, e.g. 512 or 3×3")
    parser.add_argument("--over", action="store_true", help="print only what is over a limit")
    parser.add_argument("--rounds", type=int, default=8, help="repaints, of which the quickest counts")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from cnn_gui import app as application
    from engine.threads import pin_blas

    pin_blas()
    app = application.create(["repaint"])
    gc.disable()  # as the application does, which collects between times
    over = 0
    for name, network in networks().items():
        if options.only in name:
            print(f"{name}\n  {'layer':24} {'view':32} {'open':>7}   {'repaint':>7}", flush=True)
            for cost in costs(network, options.rounds):
                marks = [" !"[cost.opened > OPEN], " !"[cost.repainted > REPAINT]]
                over += "!" in marks
                if "!" in marks or not options.over:
                    figures = f"{cost.opened:7.1f} {marks[0]} {cost.repainted:7.1f} {marks[1]}"
                    print(f"  {cost.layer:24} {cost.view:32} {figures}", flush=True)
    print(f"{over} over {OPEN:g} ms to open or {REPAINT:g} ms to repaint")
    del app
    return int(over > 0)


def networks() -> "dict[str, Network]":
    """Return a network for each size, by name: one layer of each kind that has something to see."""
    from engine.architecture import new_layer
    from tests.helpers.networks import Network

    found = {}
    for kernel, shape in KERNELS_AND_SHAPES:
        first = new_layer("conv2d", filters=shape[0], kernel_size=kernel, padding="same")
        rest = map(new_layer, ("batch_norm", "relu", "pool2d", "dropout", "flatten"))
        end = new_layer("dense", units=10), new_layer("softmax")
        found[f"{'×'.join(map(str, shape))}, {kernel}×{kernel}"] = Network((first, *rest, *end), shape, 10)
    shape = 512, 14, 14
    kinds = (
        ("global_average_pool", {}),
        ("dense", {"units": 512}),
        ("gelu", {}),
        ("dense", {"units": 10}),
        ("softmax", {}),
    )
    found["512×14×14, averaged"] = Network(tuple(new_layer(kind, **rest) for kind, rest in kinds), shape, 10)
    return found


def costs(network: "Network", rounds: int) -> Iterator[Cost]:
    """Yield what each view of each layer of a network costs."""
    from cnn_gui.lens.views import ALL

    document = network.document()
    for spec in document.architecture.layers:
        document.select(spec.uid)
        pair = [replayed(document, *moment) for moment in moments(document)]
        for kind in filter(lambda kind: kind.suits(pair[0]), ALL):
            yield from view_costs(document, kind, pair, rounds)


def moments(document: "Document") -> "tuple[tuple[Passes, int], ...]":
    """Return the passes of two samples for the selected layer, each with its own weights, and what step they are of."""
    from cnn_gui.lens.passes import Passes
    from cnn_gui.lens.sample import Sample
    from engine.data.dataset import pixels

    assert document.model is not None and document.data.dataset is not None
    images, found = document.data.dataset.test.images, []
    flat, rng = document.model.parameters.flat.copy(), np.random.default_rng(0)
    for number, image in enumerate(pixels(images)):
        document.set_weights(flat + 0.001 * rng.standard_normal(flat.shape, np.float32))
        passes = Passes(document, Sample(image, f"test image {number}", 0))
        wanted = passes.hold()
        assert wanted is not None
        layer = document.architecture.index(document.selected)
        passes.take(wanted.trace(), wanted.mini_batch(layer), layer)
        found.append((passes, number))
    return tuple(found)


def replayed(document: "Document", passes: "Passes", step: int) -> "Frame":
    """Return a frame of the selected layer whose passes are made."""
    from cnn_gui.lens.frame import Frame

    return Frame(document, passes.sample, step, passes=passes)


def view_costs(document: "Document", kind: "type[LayerView]", pair: "list[Frame]", rounds: int) -> Iterator[Cost]:
    """Yield what one view costs, and each of its stages, in a microscope of its own."""
    from PySide6.QtWidgets import QApplication, QWidget

    from cnn_gui.lens.microscope import Microscope

    gc.collect()
    window = QWidget()  # which has no least size: off screen Qt complains of each
    microscope = Microscope(document, window)
    for widget in (window, microscope):
        widget.resize(*SIZE)
    microscope.look_through(kind)
    microscope.stack.of(kind)
    window.show()
    QApplication.processEvents()
    turns = cycle(pair)  # never the same numbers twice in a row
    opened = spent(lambda: microscope.show_frame(next(turns)))
    repainted = min(spent(lambda: microscope.show_frame(next(turns))) for _ in range(rounds))
    view, title = microscope.view, pair[0].title()
    assert type(view) is kind
    yield Cost(title, kind.title, opened, repainted)
    for tabs, number in stages(view):
        opened = spent(lambda: tabs.setCurrentIndex(number))  # noqa: B023
        stand(view)
        repainted = min(spent(lambda: microscope.show_frame(next(turns))) for _ in range(rounds))
        yield Cost(title, f"{kind.title} › {tabs.tabText(number)}", opened, repainted)
    microscope.shut_down()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def stages(view: "LayerView") -> "Iterator[tuple[QTabBar, int]]":
    """Yield the other tabs within a view, in turn."""
    from PySide6.QtWidgets import QTabBar

    for tabs in [tabs for tabs in view.findChildren(QTabBar) if tabs.isVisible()]:
        for number in range(1, tabs.count()):
            if tabs.isTabEnabled(number) and tabs.isVisible():
                yield tabs, number


def stand(view: "LayerView") -> None:
    """Have all that moves be at its end."""
    from cnn_gui.plots.moving_grid import MovingGrid

    for picture in view.findChildren(MovingGrid):
        picture.stand()


def spent(act: Callable[[], object]) -> float:
    """Return the milliseconds that this thread works until what follows from *act* is painted."""
    from PySide6.QtWidgets import QApplication

    start = thread_time()
    act()
    QApplication.processEvents()
    return 1000 * (thread_time() - start)


if __name__ == "__main__":
    sys.exit(main())
