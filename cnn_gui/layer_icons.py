"""The icon of a layer type: the file of its name, or the icon of layers where it has none of its own."""

from PySide6.QtGui import QIcon

import resources
from cnn_gui import theme

_COMMON = "layer"


def icon_of(name: str, colour: str) -> QIcon:
    """Return the icon of the layer type *name* in *colour* (``#rrggbb``)."""
    own = resources.path("icons", f"{name}.svg").exists()
    return theme.icon(name if own else _COMMON, colour)
