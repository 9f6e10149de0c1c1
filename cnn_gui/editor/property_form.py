"""The settings of the selected layer."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.editor.layer_page import LayerPage
from cnn_gui.plain_text import PlainLabel


class PropertyForm(QScrollArea):
    """Shows and changes the settings of the document's selected layer.

    Attributes:
        page: what is shown of the selected layer; None while there is none.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.page: LayerPage | None = None
        self.setAccessibleName(self.tr("Properties of the selected layer"))
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        document.selection_changed.connect(self._on_selection_changed)
        document.architecture_changed.connect(self._refresh)
        document.data_changed.connect(self._refresh)
        document.lock_changed.connect(self._refresh)
        self._on_selection_changed()

    def _on_selection_changed(self) -> None:
        spec = self._document.selected_spec
        self.page = LayerPage(self._document, spec) if spec else None
        if before := self.takeWidget():
            before.deleteLater()  # it may be its own Delete button that is being clicked
        self.setWidget(self.page or self._nothing_selected())

    def _refresh(self) -> None:
        if self.page is not None and self._document.selected_spec is not None:
            self.page.refresh()

    def _nothing_selected(self) -> QWidget:
        hint = PlainLabel(self.tr("Select a layer to see and change its settings"))
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        hint.setProperty("role", "hint")
        hint.setContentsMargins(*(theme.SPACE[4],) * 4)
        return hint
