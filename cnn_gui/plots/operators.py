"""Pictures in a row with signs between them, like a formula."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cnn_gui import theme
from cnn_gui.plain_text import PlainLabel


def row_of(*parts: QWidget | str) -> QHBoxLayout:
    """Return a row of widgets of equal share, and of signs, which take no more room than they need."""
    row = QHBoxLayout()
    row.setSpacing(theme.SPACE[1])
    for part in parts:
        if isinstance(part, str):
            row.addWidget(operator(part))
        else:
            row.addWidget(part, 1)
    return row


def operator(sign: str) -> QLabel:
    """Return a large sign, '×' or '='."""
    label = PlainLabel(sign)
    label.setProperty("role", "heading")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
