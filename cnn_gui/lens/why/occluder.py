"""Occlusions beside the GUI: the newest question first, newer weights in their turn."""

from collections.abc import Generator

from PySide6.QtCore import QObject, Signal

from cnn_gui.background import Background
from cnn_gui.lens.why.question import Question
from engine.trace.occlusion import Occlusion, occlusion

Answer = tuple[Question, Occlusion]


class Occluder(QObject):
    """Keeps the newest occlusion.

    Signals:
        answered(): another occlusion is there.
        told(text): how far the one under way is, why there is none, or '' once it is there.

    Thread: the GUI's; the images go through the network on another.
    """

    answered = Signal()
    told = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._answer: Answer | None = None
        self._asked: Question | None = None
        self.background = Background(self)
        self.background.advanced.connect(self._on_advanced)
        self.background.finished.connect(self._on_finished)
        self.background.failed.connect(self.told)

    def answer_to(self, question: Question) -> Answer | None:
        """Return the newest occlusion that was asked for like this, and ask for one where its weights are others.

        It comes with its own question, whose weights may be those of some steps before.
        """
        answer = self._answer
        if answer is None or not question.is_about(answer[0]):
            self._ask(question)
        return answer if answer is not None and question.is_like(answer[0]) else None

    def forget(self) -> None:
        """Give up what is under way."""
        self.background.cancel()
        self._asked = None

    def _ask(self, question: Question) -> None:
        """Let it be computed: now for another question, in a while for newer weights."""
        asked, self._asked = self._asked, question
        if asked is None or not question.is_like(asked):
            self.told.emit(self.tr("Covering the image place by place..."))
            self.background.ask(lambda: _answer(question))
        elif not question.is_about(asked):
            self.background.ask_anew(lambda: _answer(question))

    def _on_advanced(self, share: float) -> None:
        if self._answer is None or self._asked is None or not self._asked.is_like(self._answer[0]):
            self.told.emit(self.tr("Covering the image place by place: {0:.0f} %").format(100 * share))

    def _on_finished(self, answer: Answer) -> None:
        self._answer = answer
        self.told.emit("")
        self.answered.emit()


def _answer(question: Question) -> Generator[float, None, Answer]:
    found = yield from occlusion(question.trace, question.chosen, question.patch)
    return question, found
