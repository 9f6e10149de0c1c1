"""A loud word while gradients are wrong on purpose."""

from html import escape

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget

from cnn_gui import theme
from cnn_gui.fault_switches import FaultSwitches


class FaultBadge(QLabel):
    """A bar that says which layers have which faults, and whether training has them; out of sight without any.

    Attributes:
        whole_text: what it says.

    Signals:
        layer_wanted(str): a person wants to see the layer of that uid, whose name is a link.

    Thread: the GUI's.
    """

    layer_wanted = Signal(str)

    def __init__(self, faults: FaultSwitches, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faults, self.whole_text = faults, ""
        self.setProperty("role", "alarm")
        self.setTextFormat(Qt.TextFormat.RichText)  # with links to layers; whatever comes from a file is escaped
        self.setIndent(0)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.linkActivated.connect(self.layer_wanted)
        faults.changed.connect(self._update)
        self._update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._update()

    def _update(self) -> None:
        faults, colour = self._faults, theme.tokens(QApplication.palette()).on_accent  # its own has its own red
        head = self.tr("Faulty training") if faults.in_training else self.tr("Faulty gradients")
        each = [(self.tr("{0} ({1})"), uid, title, brief) for uid, title, brief in faults.places]
        told = self.tr("{0}: {1}").format(head, "; ".join(text.format(name, brief) for text, _, name, brief in each))
        if told == self.whole_text and colour in self.text():
            return
        self.whole_text = told
        links = [
            text.format(f"<a href='{escape(uid)}' style='color: {colour}'>{escape(name)}</a>", escape(brief))
            for text, uid, name, brief in each
        ]
        self.setText(self.tr("{0}: {1}").format(escape(head), "; ".join(links)))
        where = (
            self.tr("Training computes with them.") if faults.in_training else self.tr("Training does without them.")
        )
        how = self.tr("Deliberate faults, switched on under Check. {0} Click a layer's name to go there.")
        self.setToolTip(how.format(where))
        self.setAccessibleName(self.whole_text)
        self.setVisible(bool(each))
