"""Why this class: which pixels a logit comes from, by four kinds of map, and the sum that it is."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame, layer_title
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.why import words
from cnn_gui.lens.why.answers import Answers
from cnn_gui.lens.why.controls import WhyControls
from cnn_gui.lens.why.question import Answer, Kind, Question, layers_with_maps, usual_layer
from cnn_gui.lens.why.sum_bar import SumBar
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.colormaps import signed_levels
from cnn_gui.plots.grid import Grid
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.overlay_view import Overlay, OverlayView
from cnn_gui.plots.round_numbers import round_up
from cnn_gui.plots.wrapped_text import WrappedText
from engine.trace.replay import scored

_STRENGTH, _SLIDER = 70, 120  # per cent; px


class WhyView(LayerView):
    """The image under the chosen map, the map, and the numbers; what takes long comes in by itself when it is ready."""

    title: ClassVar[str] = "Why this class?"
    tip: ClassVar[str] = "Which pixels the network's answer comes from"
    terms: ClassVar[tuple[str, ...]] = ("logit", "share", "contribution", "Grad-CAM", "occlusion")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._question: Question | None = None
        self._answer: Answer | None = None
        self.controls, self.image, self.map = WhyControls(), OverlayView(), GridView()
        self.strength, self.state = QSlider(Qt.Orientation.Horizontal), ElidedLabel("muted")
        self.meaning, self.sum_bar, self.sums = WrappedText(3), SumBar(), WrappedText(5)
        self.answers = Answers(self)
        self._arrange()
        self.controls.changed.connect(self._show)
        self.strength.valueChanged.connect(self._show_pictures)
        self.answers.answered.connect(self._on_answered)
        self.answers.told.connect(self.state.show_text)

    @classmethod
    def suits(cls, frame: Frame) -> bool:
        """Return whether the selected layer makes the logits, or comes after them."""
        return frame.index >= max(0, scored(frame.architecture.layers) - 1)

    @property
    def coloured(self) -> Sequence[GridView | MosaicView]:
        """None: a map of shares is compared with nothing else."""
        return ()

    def show_frame(self, frame: Frame) -> None:
        trace, prediction = frame.trace, frame.prediction
        assert trace is not None and frame.sample is not None
        self._frame = frame
        read = 0 if prediction is None else prediction[0]
        names = [frame.class_name(k) for k in range(len(trace.layers[-1].output))]
        self.controls.show_classes(names, read, frame.sample.label)
        self.controls.show_layers(layers_with_maps(frame.architecture, trace), usual_layer(trace))
        self.controls.show_image_size((frame.sample.image.shape[1], frame.sample.image.shape[2]))
        self._show()

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        self.answers.forget()

    def shut_down(self) -> None:
        self.answers.background.shut_down()

    def _show(self) -> None:
        if self._frame is None or self._frame.trace is None or self._frame.sample is None:
            return
        frame, trace, controls = self._frame, self._frame.trace, self.controls
        chosen = controls.chosen(frame.prediction[0] if frame.prediction else 0, frame.sample.label)
        heavy = frame.passes.are_heavy
        self._question = Question(trace, chosen, controls.kind, controls.position, controls.patch, heavy)
        self._take_answer(self._question)

    def _take_answer(self, question: Question) -> None:
        """Show the answer, or the newest one where it takes long; there may be none yet."""
        if question.takes_long:
            self._answer = self.answers.answer_to(question)
        else:
            self.answers.forget()
            self._answer = question.answer()
        if self._answer is not None:
            about = question.is_about(self._answer.question)
            self.state.show_text("" if about else self.tr("of some steps before"))
        self._show_sums(self._answer.question if self._answer is not None else question)
        self._show_pictures()

    def _show_sums(self, question: Question) -> None:
        """Show the logit, and how it adds up where the map is one of its parts."""
        assert self._frame is not None
        layers = self._frame.architecture.layers
        count, output = scored(layers), float(question.trace.layers[-1].output[question.chosen])
        lines = [words.logit(question.logit, output, self._name, count < len(layers))]
        added = question.kind is Kind.CONTRIBUTIONS and self._answer is not None
        self.sum_bar.setVisible(added)
        if added:
            found = question.contributions
            titles = [layer_title(self._frame.architecture, spec) for spec in layers[:count]]
            lines = [f"{lines[0]} {words.total(found)}", words.of_layers(found.biases, titles)]
            self.sum_bar.show_sum(found)
        self.sums.show_lines(lines)

    @property
    def _name(self) -> str:
        """The chosen class's."""
        assert self._frame is not None and self._question is not None
        return self._frame.class_name(self._question.chosen)

    def _on_answered(self) -> None:
        if self._question is not None and self._question.takes_long:
            self._take_answer(self._question)

    def _show_pictures(self) -> None:
        question, answer = self._question, self._answer
        if question is None or self._frame is None:
            return
        colormap = question.kind.colormap
        limit = 1.0 if answer is None else round_up(signed_levels(answer.values))
        over = np.full(question.size, np.nan) if answer is None else answer.values
        strength = self.strength.value() / 100
        title = self._frame.sample.title if self._frame.sample else ""
        self.image.show_grid(Overlay(over, colormap, limit, title, image=question.image, strength=strength))
        map_title = words.map_title(question.kind, self._name)
        self.map.show_grid(None if answer is None else Grid(answer.values, colormap, limit, map_title))
        self.meaning.show_lines([""] if answer is None else self._meaning(answer))

    def _meaning(self, answer: Answer) -> list[str]:
        question = answer.question
        text = words.meaning(question, self._name, answer.values, self.controls.layers.currentText())
        if answer.covered is None:
            return [text]
        squeezed = bool(question.trace.layers[-1].spec.config.fused_loss)
        return [text, words.worst_place(question, answer.covered, self._name, squeezed)]

    def _arrange(self) -> None:
        self.strength.setRange(0, 100)
        self.strength.setValue(_STRENGTH)
        self.strength.setFixedWidth(_SLIDER)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("How strongly the map covers the image"))
        pictures, below, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        for view in (self.image, self.map):
            pictures.addWidget(view, 1)
        label = PlainLabel(self.tr("Strength"))
        label.setProperty("role", "muted")
        for part in (label, self.strength):
            below.addWidget(part)
        below.addWidget(self.state, 1)
        for layout, space in ((pictures, theme.SPACE[2]), (below, theme.SPACE[2]), (column, theme.SPACE[1])):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addWidget(self.controls)
        column.addLayout(pictures, 1)
        column.addLayout(below)
        for part in (self.meaning, self.sum_bar, self.sums):
            column.addWidget(part)
