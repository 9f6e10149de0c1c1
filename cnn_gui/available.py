"""What rests says why: one way for every button and menu entry that is grey."""

from PySide6 import QtGui
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from cnn_gui import plain_text

_USUAL, _TOLD = "usual_tip", "told_tip"  # properties: the tooltip without a reason, and the one with it
_REASON = "obstacle"  # property


def set_obstacle(part: QAction | QWidget, reason: str) -> None:
    """Enable *part* where *reason* is '', else disable it; its tooltip then says what it does, and *reason*."""
    if (tip := part.toolTip()) != part.property(_TOLD):  # its own, which may be another than last time
        part.setProperty(_USUAL, tip)
    usual = str(part.property(_USUAL) or "")
    told = usual
    if reason:
        own = "" if QtGui.Qt.mightBeRichText(usual) else usual
        told = plain_text.tooltip("\n".join(filter(None, (own, reason))))
    part.setProperty(_TOLD, told if reason else None)
    part.setProperty(_REASON, reason)
    part.setToolTip(told)
    part.setEnabled(not reason)


def obstacle(part: QAction | QWidget) -> str:
    """Return the reason why *part* rests; '' if it does not."""
    return str(part.property(_REASON) or "")
