"""The settings of the next training run."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.document import Document
from cnn_gui.forms import SchemaForm
from cnn_gui.plain_text import PlainLabel
from engine.schema import params_of
from engine.settings import TrainingSettings

USUAL = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule")  # always in sight
_LOWEST, _HIGHEST = 240, 300  # px: the usual settings fit; larger texts scroll


class SettingsPanel(QFrame):
    """A form over TrainingSettings, built from its declarations; it rests while a run lasts.

    Signals:
        invalid_changed(text): what is wrong with a field, '' when all are well.

    Thread: the GUI's.
    """

    invalid_changed = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._entering = document, False
        self._entered: dict[str, object] = {}  # by a person, into the field of that name
        self.form = SchemaForm(TrainingSettings, USUAL)
        self._arrange()
        self.form.value_changed.connect(self._on_value_changed)
        self.form.invalid_changed.connect(self.invalid_changed)
        document.settings_changed.connect(self._on_settings_changed)
        document.lock_changed.connect(self.form.set_locked)
        self._on_settings_changed()

    def _on_value_changed(self, name: str, value: object) -> None:
        self._entered[name] = value
        settings, remarks = self._with_what_is_usual(name, replace(self._document.settings, **{name: value}))
        self._entering = True
        self._document.set_settings(settings)
        self._entering = False
        self._remark(name, " ".join(remarks))

    def _with_what_is_usual(self, name: str, settings: TrainingSettings) -> tuple[TrainingSettings, list[str]]:
        """Return *settings* with what is usual with the new word of the choice *name*, and what to say of it.

        What a person has entered herself stays.
        """
        remarks = []
        for param in params_of(settings):
            if param.usual is None or param.usual[0] != name:
                continue
            before, usual = getattr(settings, param.name), param.usual_with(settings)
            if before == usual:
                continue
            if self._entered.get(param.name) == before:
                text = self.tr("{0} stays at {1}, which you chose; the default here is {2}.")
            else:
                text = self.tr("{0} changed from {1} to {2}, the default here.")
                settings = replace(settings, **{param.name: usual})
            remarks.append(text.format(param.label, before, usual))
        return settings, remarks

    def _remark(self, name: str, text: str) -> None:
        for row in self.form.rows.values():
            row.remark(text if row.param.name == name else "")

    def _on_settings_changed(self) -> None:
        self.form.set_config(self._document.settings)
        if not self._entering:  # other settings came as a whole: what is half entered here belongs to the old ones
            self._remark("", "")
            for row in self.form.rows.values():
                row.restore()

    def _arrange(self) -> None:
        self.setProperty("role", "panel")
        theme.follow_text_size(self, lambda: self.setMinimumHeight(min(theme.scaled(_LOWEST), _HIGHEST)))
        self.setAccessibleName(self.tr("Training settings"))
        self.form.setContentsMargins(0, 0, theme.SPACE[1], 0)
        title, scroll = PlainLabel(self.tr("Training"), self), QScrollArea(self)
        title.setProperty("role", "title")
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.SPACE[2], theme.SPACE[2], theme.SPACE[0], theme.SPACE[0])
        box.setSpacing(theme.SPACE[1])
        box.addWidget(title)
        box.addWidget(scroll, 1)
