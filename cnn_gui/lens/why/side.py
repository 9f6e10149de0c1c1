"""One class of a prediction: which pixels its logit comes from, and below that how it adds up."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.why import words
from cnn_gui.lens.why.answers import Answers
from cnn_gui.lens.why.question import Answer, Kind, Question
from cnn_gui.lens.why.sum_bar import SumBar
from cnn_gui.plots.grid import Grid
from cnn_gui.plots.grid_view import GridView


class Side(QWidget):
    """A map with its sum, and rings around what is strongest; two of them side by side compare two classes.

    Attributes:
        question: what is asked; None for nothing.
        answer: the newest one to it, whose weights may be those of some steps before; None until there is one.

    Signals:
        answered(): an answer that took a while is there.
        told(text): how far the one under way is, or '' once it is there.

    Thread: GUI.
    """

    answered = Signal()
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question: Question | None = None
        self.answer: Answer | None = None
        self.map, self.sum_bar, self.answers = GridView(), SumBar(), Answers(self)
        policy = self.sum_bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that every map of the page is as large
        self.sum_bar.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE[1])
        column.addWidget(self.map, 1)
        column.addWidget(self.sum_bar)
        self.answers.answered.connect(self._on_answered)
        self.answers.told.connect(self.told)

    def ask(self, question: Question | None) -> None:
        """Have the answer to *question*, now or soon where it takes long; None asks nothing any more."""
        self.question = question
        self._take()

    def forget(self) -> None:
        """Give up what is under way."""
        self.answers.forget()

    @property
    def asked(self) -> Question | None:
        """What the answer on show is of, or else what is asked."""
        return self.question if self.answer is None else self.answer.question

    @property
    def is_current(self) -> bool:
        """Whether the answer on show is of the weights that are asked about."""
        return self.answer is None or (self.question is not None and self.question.is_about(self.answer.question))

    def show_map(self, name: str, limit: float) -> None:
        """Show the map of the class *name* with colours up to *limit*."""
        assert self.question is not None
        kind, answer = self.question.kind, self.answer
        title = words.map_title(kind, name)
        told = None if answer is None else words.reader_of(answer)
        self.map.show_grid(None if answer is None else Grid(answer.values, kind.colormap, limit, title, told=told))
        if answer is not None:
            self._ring(answer)

    def show_sum(self, reach: tuple[float, float] | None) -> None:
        """Show how the logit adds up, along a line from and to *reach*; None where the map is no part of a sum."""
        adds_up = reach is not None and self.asked is not None and self.answer is not None
        self.sum_bar.setVisible(adds_up)
        if adds_up and self.asked is not None:
            self.sum_bar.show_sum(self.asked.contributions, reach)

    def _ring(self, answer: Answer) -> None:
        """Put a ring around what is strongest: one pixel for and one against, or the part that the patch covered."""
        cells = [cell for cell in answer.extremes if cell is not None]
        if answer.covered is None:
            self.map.highlight(None, cells)
        else:
            most = answer.extremes[0]
            self.map.highlight(None if most is None else answer.covered.part(most))

    def _take(self) -> None:
        if self.question is None:
            self.forget()
            self.answer = None
        elif self.question.takes_long:
            self.answer = self.answers.answer_to(self.question)
        else:
            self.forget()
            self.answer = self.question.answer()

    def _on_answered(self) -> None:
        if self.question is not None and self.question.takes_long:
            self._take()
            self.answered.emit()


def adds_up(question: Question) -> bool:
    """Return whether the map that answers *question* is a part of the sum that the logit is."""
    return question.kind is Kind.CONTRIBUTIONS
