"""What a preset teaches, above the network that it put there."""

from html import escape
from textwrap import shorten

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.fields import hide
from engine.presets import Preset

_FIRST_WORDS = 140  # characters


class AboutLine(QFrame):
    """Its first words, and a link to all of them; there until a person closes it or has another network.

    Signals:
        read_on(str, str): a person wants all of it: the preset's title, and the text as HTML.

    Thread: GUI.
    """

    read_on = Signal(str, str)

    def __init__(self, document: Document, heir: QWidget, parent: QWidget | None = None) -> None:
        """*heir* gets the focus when it is closed."""
        super().__init__(parent)
        self._document, self._heir = document, heir
        self._preset: Preset | None = None
        self.text, self.close_button = QLabel(wordWrap=True, textFormat=Qt.TextFormat.RichText), QToolButton()
        self._arrange()
        self._dress()
        self.hide()
        self.text.linkActivated.connect(self._on_link_activated)
        self.close_button.clicked.connect(lambda: self.tell(None))
        document.architecture_changed.connect(self._follow)

    def tell(self, preset: Preset | None) -> None:
        """Say what *preset* teaches while any of its layers is in the network; None: nothing."""
        self._preset = preset
        if preset is not None:
            link = f"<a href='#'>{self.tr('Learn more')}</a>"
            words = shorten(preset.about, _FIRST_WORDS, placeholder=" …")
            self.text.setText(f"<b>{escape(preset.title)}</b>&ensp;{escape(words)} {link}")
        self._follow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._dress()

    def _follow(self) -> None:
        find = self._document.architecture.find
        if self._preset is not None and any(find(spec.uid) for spec in self._preset.architecture.layers):
            self.show()
        else:
            hide(self, heir=self._heir)

    def _on_link_activated(self) -> None:
        if self._preset is not None:
            paragraphs = (
                *self._preset.about.split("\n\n"),
                self.tr("Known results: {0}").format(self._preset.expected),
            )
            self.read_on.emit(self._preset.title, "".join(f"<p>{escape(each)}</p>" for each in paragraphs))

    def _arrange(self) -> None:
        self.setProperty("role", "panel")
        self.text.setProperty("role", "small")
        self.close_button.setProperty("role", "page")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close. The same text is in the tooltip of the preset's menu entry."))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.SPACE[2], theme.SPACE[0], theme.SPACE[0], theme.SPACE[0])
        row.setSpacing(theme.SPACE[1])
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)

    def _dress(self) -> None:
        self.close_button.setIcon(theme.icon("close", theme.tokens(self.palette()).muted))
