"""The editor for a padding: a word that says how much, or numbers."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.fields import ChoiceField, hide
from cnn_gui.pair_field import Pair, PairField
from engine.schema import Param

_NUMBERS = ""  # in the place of a word


class PaddingField(QWidget):
    """A choice of words, the first of which stands for the two numbers that are shown below it then.

    Signals:
        entered((int, int) or str): a person chose a word or changed a number.
    """

    entered = Signal(object)

    def __init__(self, param: Param, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = (_NUMBERS, *param.choices)
        told = {word: self._tell(word) for word in self._words}
        self.words = ChoiceField(replace(param, choices=tuple(text for text, _ in told.values())))
        for row, (_, tip) in enumerate(told.values()):
            self.words.setItemData(row, tip, Qt.ItemDataRole.ToolTipRole)
        self.words.setAccessibleName(self.tr("{0}, in words").format(param.label))
        self.pair = PairField(param)
        self.setFocusProxy(self.words)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(theme.SPACE[0])
        box.addWidget(self.words)
        box.addWidget(self.pair)
        self.words.entered.connect(self._on_word_entered)
        self.pair.entered.connect(self.entered)

    def value(self) -> tuple[int | str, int | str] | str:
        """Return the word, or (rows, columns)."""
        return self._words[self.words.currentIndex()] or self.pair.value()

    def show_value(self, value: Pair | str) -> None:
        """Show *value* without a signal; behind a word the numbers stay what they were."""
        self.words.setCurrentIndex(self._words.index(value if isinstance(value, str) else _NUMBERS))
        if not isinstance(value, str):
            self.pair.show_value(value)
        self._show_or_hide_pair()

    def _on_word_entered(self) -> None:
        self._show_or_hide_pair()
        self.entered.emit(self.value())

    def _show_or_hide_pair(self) -> None:
        if self.words.currentIndex() == 0:
            self.pair.show()
        else:
            hide(self.pair, heir=self.words)

    def _tell(self, word: str) -> tuple[str, str]:
        """Return how a choice is called, and what it means."""
        known = {
            _NUMBERS: (self.tr("numbers"), self.tr("Rows above and below, columns left and right")),
            "valid": (self.tr("valid: none"), self.tr("No padding: the kernel stays inside the image")),
            "same": (self.tr("same: keeps size"), self.tr("As much as keeps the size; a stride divides it")),
            "full": (self.tr("full: any overlap"), self.tr("Kernel size − 1: wherever the kernel touches a pixel")),
        }
        return known.get(word, (word, word))
