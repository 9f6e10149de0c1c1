"""What classes and values are called in the views."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication

from cnn_gui.lens.frame import Frame


def class_title(frame: Frame, label: int) -> str:
    """Return 'class 7' where a class is called by a number, else its name."""
    name = frame.class_name(label)
    return _tr("class {0}").format(name) if name.isdigit() else name


def unit_title(frame: Frame, unit: int) -> str:
    """Return what a unit of the selected layer is called: a class where nothing but scores are made of it."""
    return class_title(frame, unit) if puts_out_scores(frame) else _tr("unit {0}").format(unit)


def input_title(frame: Frame, position: int) -> str:
    """Return 'input 30', or where in the maps it lies."""
    if frame.flattening is None:
        return _tr("input {0}").format(position)
    channel, row, column = frame.flattening.place(position)
    return _tr("{0}, row {1}, column {2}").format(frame.channels.title(channel), row, column)


def input_place(frame: Frame) -> Callable[[int], str] | None:
    """Return what tells where in the maps an input lies; None where they come from no maps."""
    return None if frame.flattening is None else partial(input_title, frame)


def puts_out_scores(frame: Frame) -> bool:
    """Return whether the units of the selected layer are the classes: what follows learns nothing and keeps their
    number."""
    if frame.trace is None:
        return False
    layer, *rest = frame.trace.layers[frame.index :]
    alike = all(each.output.shape == layer.output.shape and not each.parameters for each in rest)
    return alike and layer.output.shape == (len(frame.class_names),)


def _tr(text: str) -> str:
    return QCoreApplication.translate("names", text)
