"""While a page of the microscope is open, a click on a button does not take the keys of that page."""

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget


class PageFocus(QObject):
    """Gives *page* the focus back once a button was clicked with the mouse; else Space would press that again.

    A button takes the focus first, so that what is half entered in a field counts before the button does. One that
    was reached by the Tab key keeps the focus.

    Thread: the GUI's.
    """

    def __init__(self, page: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page

    def watch(self, widget: QWidget) -> None:
        """Look after all buttons in *widget*."""
        for button in widget.findChildren(QAbstractButton):
            button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            QTimer.singleShot(0, self, self._give_back)  # the click comes after this
        return False

    @Slot()
    def _give_back(self) -> None:
        if self._page.isVisible() and isinstance(QApplication.focusWidget(), QAbstractButton):
            self._page.setFocus()
