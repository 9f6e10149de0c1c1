"""Why this class: which pixels a logit comes from, by four kinds of map, and the sum that it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.frame import Frame, layer_title
from cnn_gui.lens.view import LayerView
from cnn_gui.lens.why import words
from cnn_gui.lens.why.controls import WhyControls
from cnn_gui.lens.why.question import Answer, Question, layers_with_maps, usual_layer
from cnn_gui.lens.why.side import Side, adds_up
from cnn_gui.plain_text import PlainLabel
from cnn_gui.plots.colormaps import signed_levels
from cnn_gui.plots.grid_view import GridView
from cnn_gui.plots.labels import ElidedLabel
from cnn_gui.plots.mosaic import MosaicView
from cnn_gui.plots.overlay_view import Overlay, OverlayView
from cnn_gui.plots.round_numbers import round_up
from cnn_gui.plots.wrapped_text import WrappedText
from engine.layer import Array
from engine.trace.record import Trace
from engine.trace.replay import scored

_STRENGTH, _SLIDER = 70, 120  # per cent; px


class WhyView(LayerView):
    """The image under the chosen map, the map with its sum, and that of another class beside it where two are compared.
    What takes long comes in by itself when it is ready.
    """

    title: ClassVar[str] = "Why this class?"
    tip: ClassVar[str] = "Which pixels the prediction comes from (W)"
    terms: ClassVar[tuple[str, ...]] = ("logit", "contribution", "Grad-CAM", "occlusion")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self.controls, self.image, self.side, self.other = WhyControls(), OverlayView(), Side(), Side()
        self.strength, self.state = QSlider(Qt.Orientation.Horizontal), ElidedLabel("muted")
        self.meaning, self.sums = WrappedText(5, small=True), WrappedText(3, small=True)
        self._arrange()
        self.controls.changed.connect(self._show)
        self.strength.valueChanged.connect(self._show_pictures)
        for side in (self.side, self.other):
            side.answered.connect(self._show_answers)
            side.told.connect(self.state.show_text)

    @classmethod
    def suits(cls, frame: Frame) -> bool:
        """Return whether the selected layer makes the logits, or comes after them."""
        return frame.index >= max(0, scored(frame.architecture.layers) - 1)

    @property
    def coloured(self) -> Sequence[GridView | MosaicView]:
        """None: a map of contributions is compared with nothing but that of another class."""
        return ()

    def show_frame(self, frame: Frame) -> None:
        trace, prediction = frame.trace, frame.prediction
        assert trace is not None and frame.sample is not None
        self._frame = frame
        read = 0 if prediction is None else prediction[0]
        names = [frame.class_name(k) for k in range(len(trace.layers[-1].output))]
        self.controls.show_classes(names, read, frame.sample.label, _second(trace))
        self.controls.show_layers(layers_with_maps(frame.architecture, trace), usual_layer(trace))
        self.controls.show_image_size((frame.sample.image.shape[1], frame.sample.image.shape[2]))
        self._show()

    def hideEvent(self, event: QEvent) -> None:
        super().hideEvent(event)
        for side in (self.side, self.other):
            side.forget()

    def shut_down(self) -> None:
        for side in (self.side, self.other):
            side.answers.background.shut_down()

    @property
    def compares(self) -> bool:
        """Whether two classes are on show."""
        return self.other.question is not None

    def _show(self) -> None:
        if self._frame is None or self._frame.trace is None or self._frame.sample is None:
            return
        frame, trace, controls = self._frame, self._frame.trace, self.controls
        chosen = controls.chosen(frame.prediction[0] if frame.prediction else 0, frame.sample.label)
        question = Question(
            trace, chosen, controls.kind, controls.position, controls.patch, frame.passes.are_heavy
        )  # fmt: skip
        self.side.ask(question)
        other = controls.compared(chosen, frame.sample.label, _second(trace))
        self.other.ask(None if other is None else replace(question, chosen=other))
        self.other.setVisible(other is not None)
        self._show_answers()

    def _show_answers(self) -> None:
        """Show what is answered, or the newest answers where they take long; there may be none yet."""
        sides = [side for side in (self.side, self.other) if side.question is not None]
        if all(side.answer is not None for side in sides):
            current = all(side.is_current for side in sides)
            self.state.show_text("" if current else self.tr("from a few steps earlier"))
        self._show_sums()
        self._show_pictures()

    def _show_sums(self) -> None:
        """Show the logit, and how it adds up where the map is one of its parts."""
        question, other = self.side.asked, self.other.asked
        assert self._frame is not None and question is not None
        layers = self._frame.architecture.layers
        count, output = scored(layers), float(question.trace.layers[-1].output[question.chosen])
        name, rival = self._name(question), "" if other is None else self._name(other)
        answered = all(side.answer is not None for side in (self.side, self.other) if side.question is not None)
        reach = self._reach() if adds_up(question) and answered else None
        for side in (self.side, self.other):
            side.show_sum(reach)
        lines = [words.logit(question.logit, output, name, count < len(layers))]
        if reach is None:
            lines += [] if other is None else [words.logits(question.logit, other.logit, name, rival)]
        elif other is None:
            found = question.contributions
            titles = [layer_title(self._frame.architecture, spec) for spec in layers[:count]]
            lines = [f"{lines[0]} {words.total(found)}", words.of_layers(found, titles)]
        else:
            lines = [words.lead(question.contributions, other.contributions, name, rival)]
        self.sums.show_lines(lines)

    def _reach(self) -> tuple[float, float]:
        """Return from where to where the sums of all classes on show go."""
        asked = [side.asked for side in (self.side, self.other)]
        ends = [end for question in asked if question is not None for end in words.ends(question.contributions)]
        return min(ends), max(ends)

    def _name(self, question: Question) -> str:
        assert self._frame is not None
        return self._frame.class_name(question.chosen)

    def _show_pictures(self) -> None:
        question, other = self.side.question, self.other.question
        if question is None or self._frame is None:
            return
        answers = [side.answer for side in (self.side, self.other) if side.question is not None]
        there = [answer.values for answer in answers if answer is not None]
        limit = round_up(max(map(signed_levels, there), default=1.0))
        self.side.show_map(self._name(question), limit)
        if other is not None:
            self.other.show_map(self._name(other), limit)
        self._show_image(question, there if len(there) == len(answers) else [], limit)
        told = [answer for answer in answers if answer is not None]
        self.meaning.show_lines(self._meaning(told) if told else [""])

    def _show_image(self, question: Question, values: Sequence[Array], limit: float) -> None:
        """Show the image under the map, or under the difference of two; *values*: the maps, none if one is missing."""
        over, strength = np.full(question.size, np.nan), self.strength.value() / 100
        title = self._frame.sample.title if self._frame is not None and self._frame.sample else ""
        if values:
            over = values[0]
        if len(values) > 1 and self.other.question is not None:
            with np.errstate(invalid="ignore"):  # infinite minus infinite is no number
                over = values[0] - values[1]
            limit = round_up(signed_levels(over))
            title = self.tr("{0}: {1} − {2}").format(title, self._name(question), self._name(self.other.question))
        colormap = question.kind.colormap
        self.image.show_grid(Overlay(over, colormap, limit, title, image=question.image, strength=strength))

    def _meaning(self, answers: Sequence[Answer]) -> list[str]:
        question, names = answers[0].question, [self._name(answer.question) for answer in answers]
        if len(answers) > 1:
            text = words.comparison(question.kind, *names)
        else:
            text = words.meaning(question, names[0], self.controls.layers.currentText())
        lines = [text, *(words.strongest(answer, name) for answer, name in zip(answers, names, strict=True))]
        if len(answers) == 1 and answers[0].covered is not None:
            squeezed = bool(question.trace.layers[-1].spec.config.fused_loss)
            lines.append(words.covering(answers[0], names[0], squeezed))
        return lines

    def _arrange(self) -> None:
        self.strength.setRange(0, 100)
        self.strength.setValue(_STRENGTH)
        self.strength.setMaximumWidth(_SLIDER)
        self.strength.setAccessibleName(self.tr("Strength"))
        self.strength.setToolTip(self.tr("How strongly the map covers the image"))
        left, pictures, foot, column = QVBoxLayout(), QHBoxLayout(), QWidget(), QVBoxLayout(self)
        foot.setFixedHeight(self.side.sum_bar.sizeHint().height())
        below = QHBoxLayout(foot)
        label = PlainLabel(self.tr("Strength"))
        label.setProperty("role", "muted")
        below.addWidget(label)
        below.addWidget(self.strength, 1)
        below.addStretch(1)
        left.addWidget(self.image, 1)
        left.addWidget(foot)
        pictures.addLayout(left, 1)
        for side in (self.side, self.other):
            pictures.addWidget(side, 1)
        spaces = (
            (left, theme.SPACE[1]), (pictures, theme.SPACE[2]), (below, theme.SPACE[1]), (column, theme.SPACE[1])
        )  # fmt: skip
        for layout, space in spaces:
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(space)
        column.setContentsMargins(0, theme.SPACE[1], 0, 0)
        column.addWidget(self.controls)
        column.addLayout(pictures, 1)
        for part in (self.state, self.meaning, self.sums):
            column.addWidget(part)
        self.other.hide()


def _second(trace: Trace) -> int | None:
    """Return the class with the second largest output; None where there is one alone."""
    outputs = trace.layers[-1].output
    return int(np.argsort(-np.nan_to_num(outputs), kind="stable")[1]) if len(outputs) > 1 else None
