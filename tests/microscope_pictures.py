"""A situation for each view of the microscope, for ``tests.pictures``."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from cnn_gui.lens.view import LayerView
    from cnn_gui.main_window import MainWindow

Named = Sequence[tuple[str, Callable[["QApplication", "MainWindow"], None]]]

OTHERS = ("conv2d", "batch_norm", "gelu", "dropout", "global_average_pool", "dense", "softmax")  # not all in LeNet-5
CLASSES = 10


def situations() -> tuple[Named, Named]:
    """Return (name, what to do) of the views that LeNet-5 has a layer for, and of the others."""
    from cnn_gui.lens import views
    from engine import presets

    layers = presets.load("lenet5").architecture.layers
    of_lenet, of_others = [], []
    for kind in views.ALL:
        name = "inside-" + kind.title.lower().replace("/", "-").replace(" ", "-").strip("?")
        fits = not kind.kinds or any(isinstance(spec.config, kind.kinds) for spec in layers)
        (of_lenet if fits else of_others).append((name, lambda app, window, kind=kind: show(window, kind)))
    return of_lenet, of_others


def show(window: "MainWindow", kind: "type[LayerView]") -> None:
    """Open the view *kind* on the last layer that it suits."""
    if not _open(window, kind):
        from engine.architecture import Architecture, new_layer

        layers = (new_layer(name, **({"units": CLASSES} if name == "dense" else {})) for name in OTHERS)
        window.document.replace(Architecture(tuple(layers)), "Load it")
        assert _open(window, kind), f"{kind.__name__} suits none of {', '.join(OTHERS)}"


def _open(window: "MainWindow", kind: "type[LayerView]") -> bool:
    window.canvas.opened.emit()
    for spec in reversed(window.document.architecture.layers):
        window.document.select(spec.uid)
        window.lens.refresh()
        if kind in window.microscope.kinds:
            window.microscope.look_through(kind)
            window.lens.refresh()
            return True
    return False
