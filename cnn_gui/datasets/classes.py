"""The dialog in which a person chooses some of the data's classes."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.available import set_obstacle
from cnn_gui.plain_text import PlainLabel

ROWS = 10  # shown without scrolling


class ClassesDialog(QDialog):
    """A list of classes to tick, none at first; at least two must be.

    Signals:
        chosen(list[str]): the names, in the order of the list.

    Thread: the GUI's.
    """

    chosen = Signal(list)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Only some classes"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Classes"))
        for name in names:
            item = QListWidgetItem(name, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setSizeHint(QSize(0, theme.TARGET))
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self.names()))
        self.list.itemChanged.connect(self._on_item_changed)
        self._lay_out()
        self._on_item_changed()

    def names(self) -> list[str]:
        """Return the ticked names."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(theme.SPACE[3],) * 4)
        layout.setSpacing(theme.SPACE[2])
        text = PlainLabel(
            self.tr("Select two or more classes. The network then learns to distinguish these and sees no others.")
        )
        text.setWordWrap(True)
        for widget in (text, self.list, self.buttons):
            layout.addWidget(widget)
        self.list.setMinimumHeight(min(self.list.count(), ROWS) * theme.TARGET + 2 * theme.SPACE[0])
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def _on_item_changed(self) -> None:
        lacking = "" if len(self.names()) >= 2 else self.tr("Tick two classes or more.")
        set_obstacle(self.buttons.button(QDialogButtonBox.StandardButton.Ok), lacking)
