"""The result of a gradient check: a light for the layer, and a line for each of its arrays."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnn_gui import theme
from cnn_gui.lens.check import words
from cnn_gui.lens.check.light import ArrayLine, Light
from cnn_gui.plain_text import PlainLabel
from engine.gradreport import GradientReport


class ReportView(QWidget):
    """Shows one report; empty where there is none.

    Thread: GUI.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.light, self.heading, self.about = Light(), PlainLabel(), PlainLabel()
        self.lines: list[ArrayLine] = []
        self.heading.setProperty("role", "heading")
        self.heading.setWordWrap(True)
        self.about.setProperty("role", "muted")
        self.about.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE[1])
        head.addWidget(self.light)
        head.addWidget(self.heading, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE[1])
        self._column.addLayout(head)
        self._column.addWidget(self.about)
        self.hide()

    def show_report(self, report: GradientReport | None, title: str = "", old: str = "", note: str = "") -> None:
        """Show *report* on what *title* names; *old* says why it is not of now, '' where it is; a *note* follows."""
        self.setVisible(report is not None)
        if report is None:
            return
        judged = any(array.compared for array in report.arrays)
        self.light.show_verdict(report.passed if judged and not old else None)
        self.heading.setText(self.tr("Old: {0}").format(words.heading(report)) if old else words.heading(report))
        self.about.setText(" ".join(filter(None, (title + ".", old, note))))
        while len(self.lines) < len(report.arrays):
            self.lines.append(ArrayLine())
            self._column.addWidget(self.lines[-1])
        for line in self.lines:
            line.setVisible(False)
        for line, array in zip(self.lines, report.arrays, strict=False):
            line.show_array(array)
            line.setEnabled(not old)
            line.setVisible(True)
