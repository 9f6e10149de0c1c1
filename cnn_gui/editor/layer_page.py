"""One layer as a page: what it is, its settings, and what it makes of its input."""

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from cnn_gui import command_table, theme
from cnn_gui.available import set_obstacle
from cnn_gui.document import Document
from cnn_gui.editable_design import open_run
from cnn_gui.editor import describe
from cnn_gui.forms import SchemaForm
from cnn_gui.notice import Notice, offers
from cnn_gui.plain_text import PlainLabel
from engine.architecture import LayerSpec


class LayerPage(QWidget):
    """The settings of one layer. Every entry that is allowed goes to the document at once.

    Attributes:
        form: the fields.
        problem, lock_hint: notices, hidden while there is nothing to say.
        shapes, parameters: facts in words.

    Thread: the GUI's.
    """

    def __init__(self, document: Document, spec: LayerSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._uid, self._type = document, spec.uid, spec.type
        self.lock_hint = Notice("lock")
        self.lock_hint.say(open_run().what, open_run().remedy)
        self.problem = Notice("warning")
        self.form = SchemaForm(type(spec.config))
        self.form.value_changed.connect(self._on_value_changed)
        self.shapes, self.parameters = _label(), _label()
        self.delete_button = QPushButton(self.tr("Delete layer"))
        self.delete_button.setToolTip(command_table.with_key(self.tr("Delete this layer"), "delete"))
        self.delete_button.setAccessibleName(self.tr("Delete layer"))
        self.delete_button.clicked.connect(lambda: document.remove(self._uid))
        self._arrange()
        self._colour_icons()
        self.refresh()

    def refresh(self) -> None:
        """Show the layer as it is now."""
        document = self._document
        position = document.architecture.index(self._uid)
        spec, info = document.architecture.layers[position], document.infos[position]
        self.form.set_config(spec.config)
        self.problem.setVisible(info.problem is not None)
        if info.problem is not None:
            self.problem.say(info.problem.what, info.problem.remedy)
        self.problem.offer(offers(document, self._uid) if info.problem is not None else ())
        self.shapes.setText(f"{describe.shape_text(info.input)} → {describe.shape_text(info.output)}")
        known = info.input is not None and info.output is not None
        unknown = self.tr("Known once this layer and the layers before it fit together.")
        self.parameters.setText(describe.parameter_sum(spec.config, info.input) if known else unknown)
        self.lock_hint.setVisible(document.locked)
        self.form.setDisabled(document.locked)
        set_obstacle(self.delete_button, str(open_run()) if document.locked else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour_icons()

    def _on_value_changed(self, name: str, value: object) -> None:
        spec = self._document.architecture.find(self._uid)
        if spec is not None:
            self._document.configure(self._uid, replace(spec.config, **{name: value}), field=name)

    def _arrange(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.SPACE[0], theme.SPACE[1], theme.SPACE[1], theme.SPACE[0])
        box.setSpacing(theme.SPACE[2])
        doc = _label()
        doc.setText(self._type.doc)
        for part in (doc, self.lock_hint, self.problem, self.form, _line()):
            box.addWidget(part)
        for caption, fact in ((self.tr("Input → output"), self.shapes), (self.tr("Parameters"), self.parameters)):
            box.addLayout(_fact(caption, fact))
        box.addWidget(self.delete_button, 0, Qt.AlignmentFlag.AlignLeft)
        box.addStretch(1)

    def _colour_icons(self) -> None:
        scheme = theme.tokens(self.palette())
        self.delete_button.setIcon(theme.icon("delete", scheme.text))


def _label(role: str = "") -> QLabel:
    label = PlainLabel()
    label.setProperty("role", role)
    label.setWordWrap(not role)
    return label


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setProperty("role", "line")
    return line


def _fact(caption: str, fact: QLabel) -> QVBoxLayout:
    heading = _label("muted")
    heading.setText(caption)
    fact.setAccessibleName(caption)
    fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box = QVBoxLayout()
    box.setSpacing(2)
    box.addWidget(heading)
    box.addWidget(fact)
    return box
