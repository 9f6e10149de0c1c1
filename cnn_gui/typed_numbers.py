"""Numbers as a person types them: taken as they are meant, or refused where that is not sure, but never bent."""

import re
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d*),(\d+)(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(\.\d*)?")


def whole(text: str, group: str = ",") -> int | None:
    """Return the whole number in *text*, e.g. "1,000" or " -7"; None where there is none, as in "2.5".

    *group* is what may stand before each three digits.
    """
    plain = text.strip().replace("−", "-")
    if group and re.fullmatch(rf"[+-]?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", plain):
        plain = plain.replace(group, "")
    return int(plain) if _WHOLE.fullmatch(plain) else None


def real(text: str) -> float | None:
    """Return the number in *text*, e.g. "0.5", "0,5", "1e-3" or "1,000.5"; None where there is none.

    "1,000" is none: it is 1 to one person and 1000 to another.
    """
    plain = text.strip().replace("−", "-")
    if _is_grouped(plain):
        plain = plain.replace(",", "")
    elif (decimal := _DECIMAL_COMMA.fullmatch(plain)) and not _is_ambiguous(*decimal.groups()):
        plain = plain.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None


def _is_grouped(text: str) -> bool:
    """Tell whether the commas in *text* can only stand between thousands."""
    match = _GROUPED.fullmatch(text)
    return match is not None and (match[1] is not None or text.count(",") > 1)


def _is_ambiguous(before: str, after: str) -> bool:
    return len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")


def _mark(box: QAbstractSpinBox, wrong: bool) -> None:
    """Show that what is typed into *box* is *wrong*, or that it is not."""
    if bool(box.property("invalid")) != wrong:
        box.setProperty("invalid", wrong)
        box.style().polish(box)


def _bare(box: Any, text: str) -> str:
    """Return *text* without what stands before and after the number in *box*."""
    return text.removeprefix(box.prefix()).removesuffix(box.suffix())


class WholeBox(QSpinBox):
    """A box with arrows for a whole number: no key is ignored, and no sign left out.

    What is no number within the limits is marked as long as it stands there; Enter or leaving the box brings the number
    of before back.
    """

    def __init__(self, *args: Any, **properties: Any) -> None:
        super().__init__(*args, **properties)
        self.lineEdit().textEdited.connect(self.judge)
        self.editingFinished.connect(self.finish)
        self._before: int | None = None  # the present entry began

    def judge(self, text: str) -> None:
        """Mark *text* where it is no number that is allowed."""
        if self._before is None:
            self._before = self.value()
        _mark(self, self.validate(text, 0)[0] != QValidator.State.Acceptable)

    def finish(self) -> None:
        """Take an entry that went wrong back as a whole: the 2 of "2.5" was a number while it stood there."""
        if self.property("invalid") and self._before is not None:
            self.setValue(self._before)
        self._before = None
        _mark(self, wrong=False)

    def fixup(self, text: str) -> str:
        return text  # Qt would take the comma out of "2,5"

    def validate(self, text: str, position: int) -> Any:
        number = whole(_bare(self, text), self.locale().groupSeparator())
        allowed = number is not None and self.minimum() <= number <= self.maximum()
        return QValidator.State.Acceptable if allowed else QValidator.State.Intermediate, text, position

    def valueFromText(self, text: str) -> int:
        number = whole(_bare(self, text), self.locale().groupSeparator())
        return self.minimum() if number is None else number


class RealBox(QDoubleSpinBox):
    """A box with arrows for a number with decimals, as careful as a WholeBox."""

    def __init__(self, *args: Any, **properties: Any) -> None:
        super().__init__(*args, **properties)
        self.setLocale(QLocale.c())  # as every number of the application is written
        self.lineEdit().textEdited.connect(self.judge)
        self.editingFinished.connect(self.finish)
        self._before: float | None = None  # the present entry began

    def judge(self, text: str) -> None:
        """Mark *text* where it is no number that is allowed."""
        if self._before is None:
            self._before = self.value()
        _mark(self, self.validate(text, 0)[0] != QValidator.State.Acceptable)

    def finish(self) -> None:
        """Take an entry that went wrong back as a whole: the 2 of "2.5" was a number while it stood there."""
        if self.property("invalid") and self._before is not None:
            self.setValue(self._before)
        self._before = None
        _mark(self, wrong=False)

    def fixup(self, text: str) -> str:
        return text  # Qt would take the comma out of "2,5"

    def validate(self, text: str, position: int) -> Any:
        number = real(_bare(self, text))
        allowed = number is not None and self.minimum() <= number <= self.maximum()
        return QValidator.State.Acceptable if allowed else QValidator.State.Intermediate, text, position

    def valueFromText(self, text: str) -> float:
        number = real(_bare(self, text))
        return self.minimum() if number is None else number
