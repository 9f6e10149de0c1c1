"""Answers that take a while, beside the GUI: the newest question first, newer weights in their turn."""

from PySide6.QtCore import QObject, Signal

from cnn_gui.background import Background
from cnn_gui.lens.why.question import Answer, Kind, Question


class Answers(QObject):
    """Keeps the newest answer.

    Signals:
        answered(): another answer is there.
        told(text): how far the one under way is, why there is none, or '' once it is there.

    Thread: the GUI's; what is asked is worked out on another.
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
        """Return the newest answer to what was asked like this, and ask anew where its weights are others.

        It comes with its own question, whose weights may be those of some steps before.
        """
        answer = self._answer
        if answer is None or not question.is_about(answer.question):
            self._ask(question)
        elif self._asked is None or not question.is_like(self._asked):
            self.forget()  # of something else, which nobody asks any more
            self._asked = question
        return answer if answer is not None and question.is_like(answer.question) else None

    def forget(self) -> None:
        """Give up what is under way."""
        self.background.cancel()
        self._asked = None

    def _ask(self, question: Question) -> None:
        """Let it be worked out: now for another question, in a while for newer weights."""
        asked, self._asked = self._asked, question
        if asked is None or not question.is_like(asked):
            covers = question.kind is Kind.OCCLUSION
            self.told.emit(self.tr("Covering the image place by place...") if covers else self.tr("Computing..."))
            self.background.ask(question.work)
        elif not question.is_about(asked):
            self.background.ask_anew(question.work)

    def _on_advanced(self, share: float) -> None:
        asked, answer = self._asked, self._answer
        if asked is None or asked.kind is not Kind.OCCLUSION or (answer and asked.is_like(answer.question)):
            return
        self.told.emit(self.tr("Covering the image place by place: {0:.0f} %").format(100 * share))

    def _on_finished(self, answer: Answer) -> None:
        self._answer = answer
        self.told.emit("")
        self.answered.emit()
