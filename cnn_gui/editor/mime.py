"""What a drag from the palette carries: the layer type's name, and nothing else."""

from PySide6.QtCore import QMimeData

from engine import registry

LAYER_TYPE = "application/x-cnn-layer-type"


def of_layer_type(name: str) -> QMimeData:
    """Return what a drag of the layer type *name* carries."""
    mime = QMimeData()
    mime.setData(LAYER_TYPE, name.encode())
    return mime


def layer_type(mime: QMimeData) -> str:
    """Return the name of the layer type in *mime*; '' for any other drag and for an unknown type."""
    name = bytes(mime.data(LAYER_TYPE).data()).decode(errors="replace")
    return name if any(known.name == name for known in registry.all_types()) else ""
