"""A box that says what is wrong or not possible now, what to do, and offers to do it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnn_gui import plain_text, theme
from cnn_gui.document import Document
from cnn_gui.plain_text import PlainLabel

_ICON = QSize(16, 16)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a person can do about it.

    Attributes:
        text: on its button.
        tip: what will happen.
        run: does it.
    """

    text: str
    tip: str
    run: Callable[[], None]


def offers(document: Document, uid: str) -> list[Offer]:
    """Return a button for each change that solves the problem of the layer *uid*; none while a run is open."""
    tip = QCoreApplication.translate("Notice", "{0}. The whole network then works. Undo restores everything.")
    partly = QCoreApplication.translate("Notice", "{0}. This solves only this problem. Undo restores everything.")
    return [
        Offer(mend.text, (tip if mend.works else partly).format(mend.text), partial(document.mend, mend))
        for mend in (() if document.locked else document.mends(uid))
    ]


class Notice(QFrame):
    """An icon, what is the matter, in bold what to do about it, and buttons; *icon* is 'warning' or 'lock'.

    Attributes:
        buttons: one for each offer.

    Thread: the GUI's.
    """

    def __init__(self, icon: str, parent: QWidget | None = None, *, across: bool = False) -> None:
        """*across*: two of its buttons stand beside one another."""
        super().__init__(parent)
        self._name = icon
        self._grid, self._abreast = QGridLayout(), 2 if across else 1
        self.setProperty("role", "problem" if icon == "warning" else "panel")
        self._icon, self._what, self._remedy = PlainLabel(), PlainLabel(), PlainLabel()
        self._offers: Sequence[Offer] = ()
        self.buttons: list[QPushButton] = []
        self._arrange()
        self._colour_icon()

    @property
    def text(self) -> str:
        """Both sentences."""
        return " ".join(filter(None, (self._what.text(), self._remedy.text())))

    def say(self, what: str, remedy: str = "") -> None:
        """Show what is the matter, and what to do about it."""
        self._what.setText(what)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        self.setAccessibleName(self.text)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Have a button for each of *offers* in the place of those before."""
        while len(self.buttons) < len(offers):
            self._add_button(len(self.buttons))
        self._offers = tuple(offers)
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(offers))
            if number < len(offers):
                button.setText(plain_text.caption(offers[number].text))
                button.setAccessibleName(offers[number].text)
                button.setToolTip(plain_text.tooltip(offers[number].tip))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_icon()

    def _add_button(self, number: int) -> None:
        button = QPushButton()
        button.setProperty("role", "offer")
        button.clicked.connect(lambda: self._offers[number].run() if number < len(self._offers) else None)
        self.buttons.append(button)
        self._grid.addWidget(button, *divmod(number, self._abreast), Qt.AlignmentFlag.AlignLeft)

    def _arrange(self) -> None:
        bold = self._remedy.font()
        bold.setBold(True)
        self._remedy.setFont(bold)
        for label in (self._what, self._remedy):
            label.setWordWrap(True)
        self._rows, box = QVBoxLayout(), QHBoxLayout(self)
        self._rows.setSpacing(theme.SPACE[0])
        for part in (self._what, self._remedy):
            self._rows.addWidget(part)
        self._grid.setSpacing(theme.SPACE[0])
        self._grid.setColumnStretch(self._abreast, 1)
        self._rows.addLayout(self._grid)
        box.setContentsMargins(theme.SPACE[1], theme.SPACE[1], theme.SPACE[1], theme.SPACE[1])
        box.setSpacing(theme.SPACE[1])
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(self._rows, 1)

    def _colour_icon(self) -> None:
        scheme = theme.tokens(self.palette())
        colour = scheme.bad if self._name == "warning" else scheme.muted
        self._icon.setPixmap(theme.icon(self._name, colour).pixmap(_ICON))
