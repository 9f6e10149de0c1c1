"""The views of the microscope, of which one is on show, or a message."""

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from cnn_gui import theme
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.views import ALL
from cnn_gui.plain_text import PlainLabel


class ViewStack(QStackedWidget):
    """Makes each view when it is first wanted, or before that while there is nothing to do.

    Attributes:
        message: what is on show where no view is.

    Signals:
        made(LayerView): there is another view.

    Thread: GUI.
    """

    made = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._made: dict[type[LayerView], LayerView] = {}
        self.message = PlainLabel()
        self.message.setProperty("role", "hint")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._add(self.message)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.prepare)

    @property
    def view(self) -> LayerView | None:
        """The view on show; None where the message is."""
        shown = self.currentWidget()
        return shown if isinstance(shown, LayerView) else None

    @Slot()
    def prepare(self) -> None:
        """Make all views, one a turn of the event loop, so that they open at once."""
        if missing := next((kind for kind in ALL if kind not in self._made), None):
            self.of(missing)
            self._soon.start()

    def of(self, kind: type[LayerView]) -> LayerView:
        """Return the view of that kind."""
        if kind not in self._made:
            self._made[kind] = kind(self)
            self._add(self._made[kind])
            theme.indent_numbers(self._made[kind])
            self.made.emit(self._made[kind])
        return self._made[kind]

    def say(self, text: str) -> None:
        """Have words on show."""
        self.message.setText(text)
        self.show_page(self.message)

    def show_page(self, page: QWidget) -> None:
        """Have a view or the message on show; it alone decides how small the stack may be."""
        if page is not self.currentWidget():
            self.currentWidget().setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
            page.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
            self.setCurrentWidget(page)

    def shut_down(self) -> None:
        """End what views do in the background; the window goes."""
        for view in self._made.values():
            view.shut_down()

    def _add(self, page: QWidget) -> None:
        page.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.addWidget(page)
