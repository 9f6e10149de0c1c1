"""What a person types as a number is taken as it is meant, or refused in sight; it is never bent into another one."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from cnn_gui import app
from cnn_gui.fields import IntField
from cnn_gui.forms import SchemaForm
from cnn_gui.main_window import MainWindow
from cnn_gui.pair_field import PairField
from cnn_gui.typed_numbers import RealBox, WholeBox, real, whole
from engine.schema import param
from tests.helpers.window import show_window


@dataclass(frozen=True)
class Settings:
    """A number of each kind."""

    count: int = param(3, label="Count", doc="How many.", ge=1, le=5000)
    rate: float = param(0.5, label="Rate", doc="How fast.", gt=0, le=5000)
    size: tuple[int, int] = param((2, 2), label="Size", doc="How large.", ge=1, le=64)
    border: tuple[int, int] | str = param((0, 0), label="Border", doc="Around.", ge=0, le=9, choices=("valid",))


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(Settings)
    qtbot.addWidget(form)
    form.show()
    return form


def line_of(field: QWidget) -> QLineEdit:
    """Return where a person types into *field*; of a pair, into its rows."""
    line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    return line


def type_into(qtbot: QtBot, field: QWidget, text: str, end: str = "enter") -> None:
    """Type *text* key by key in the place of what is there, and press Enter or leave the field."""
    line = line_of(field)
    box = line.parent() if isinstance(line.parent(), QAbstractSpinBox) else line  # which has the focus
    box.setFocus()
    line.selectAll()
    qtbot.keyClicks(box, text)
    if end == "enter":
        qtbot.keyClick(box, Qt.Key.Key_Return)
    elif end == "leave":
        box.clearFocus()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7), ("1,000", 1000), (" -12 ", -12), ("−3", -3), ("1,234,567", 1_234_567), ("2.5", None), ("2,5", None),
        ("1.000", None), ("10,00", None), ("", None), ("-", None), ("1e3", None), ("0x10", None), ("7 a", None),
        ("9" * 30, None), ("½", None),
    ],
)  # fmt: skip
def test_what_a_whole_number_is(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5), ("0,5", 0.5), (",5", 0.5), ("1e-3", 0.001), ("1,5e-3", 0.0015), ("0,001", 0.001),
        ("1,000", None), ("12,345", None), ("1,000.5", 1000.5), ("1,000,000", 1e6), ("1000,5", 1000.5),
        ("12,34", 12.34), ("1.000,5", None), ("1,2,3", None), ("a", None), ("", None), ("−2", -2.0),
        ("1,0000", 1.0),
    ],
)  # fmt: skip
def test_what_a_number_is(text: str, number: float | None) -> None:
    assert real(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_that_every_number_that_the_application_writes_is_read_as_it_is(number: float) -> None:
    assert real(repr(number)) == number


@given(st.integers(-(10**15), 10**15))
def test_that_every_whole_number_is_read_with_and_without_its_commas(number: int) -> None:
    assert whole(str(number)) == number == whole(f"{number:,}")


@given(st.text(alphabet="0123456789.,+-eE ", max_size=8))
def test_that_a_number_is_never_made_of_fewer_digits_than_were_typed(text: str) -> None:
    number = whole(text)
    if number is not None:
        assert str(abs(number)).zfill(20)[-20:] == "".join(filter(str.isdigit, text)).zfill(20)[-20:]
        assert "." not in text


@pytest.mark.parametrize("end", ["enter", "leave", "stay"])
@pytest.mark.parametrize("text", ["2.5", "2,5", "2 5", "abc", "1e2"])
@pytest.mark.parametrize("name", ["count", "size", "border"])
def test_that_what_is_no_whole_number_stays_with_what_is_wrong_with_it(
    qtbot: QtBot, form: SchemaForm, name: str, text: str, end: str
) -> None:
    row = form.rows[name]
    before = row.value
    type_into(qtbot, row.field, text, end)
    assert row.value == before, "nothing else was made of it"
    assert text in row.problem and not row.error.isHidden() and form.problem == row.problem
    assert line_of(row.field.findChild(IntField) or row.field).text() == text
    type_into(qtbot, row.field, "4", end)
    assert row.problem == "" and row.value in (4, (4, 4)) and row.error.isHidden()


def test_that_the_same_number_as_before_takes_the_error_away_too(qtbot: QtBot, form: SchemaForm) -> None:
    row = form.rows["count"]
    type_into(qtbot, row.field, "2.5")
    type_into(qtbot, row.field, "3")
    assert row.problem == "" and row.value == 3


def test_that_esc_and_stepping_take_back_what_is_no_number(qtbot: QtBot, form: SchemaForm) -> None:
    row = form.rows["count"]
    type_into(qtbot, row.field, "2.5")
    qtbot.keyClick(row.field, Qt.Key.Key_Escape)
    assert row.problem == "" and line_of(row.field).text() == "3"
    type_into(qtbot, row.field, "2.5", end="stay")
    qtbot.keyClick(row.field, Qt.Key.Key_Up)
    assert row.problem == "" and row.value == 4 and line_of(row.field).text() == "4"


def test_that_thousands_may_be_written_with_a_comma(qtbot: QtBot, form: SchemaForm) -> None:
    type_into(qtbot, form.rows["count"].field, "1,000")
    assert form.rows["count"].value == 1000 and form.problem == ""


@pytest.mark.parametrize(("text", "value"), [("0,25", 0.25), ("1,000.5", 1000.5), ("2e-3", 0.002)])
def test_that_a_rate_is_taken_as_it_is_meant(qtbot: QtBot, form: SchemaForm, text: str, value: float) -> None:
    type_into(qtbot, form.rows["rate"].field, text)
    assert form.rows["rate"].value == value and form.problem == ""


def test_that_a_rate_that_can_be_read_in_two_ways_is_refused(qtbot: QtBot, form: SchemaForm) -> None:
    type_into(qtbot, form.rows["rate"].field, "1,000")
    assert form.rows["rate"].value == 0.5 and "'1,000'" in form.problem


def test_that_of_a_locked_pair_the_other_number_waits_for_one_that_is_right(qtbot: QtBot, form: SchemaForm) -> None:
    pair = form.rows["size"].field
    assert isinstance(pair, PairField)
    type_into(qtbot, pair, "2.5")
    assert pair.columns.value() == 2 and "2.5 × 2" in form.problem
    type_into(qtbot, pair, "5")
    assert pair.value() == (5, 5) == form.rows["size"].value


@pytest.mark.parametrize("language", [QLocale.Language.German, QLocale.Language.French, QLocale.Language.English])
def test_that_the_language_of_the_system_bends_no_number(qtbot: QtBot, language: QLocale.Language) -> None:
    box, grey = WholeBox(minimum=0, maximum=99), RealBox(minimum=0, maximum=9, decimals=1)
    for each in (box, grey):
        qtbot.addWidget(each)
        each.setLocale(QLocale(language)) if each is box else None
        each.show()
    box.setValue(7)
    grey.setValue(0.5)
    type_into(qtbot, box, "2.5", end="stay")
    assert box.property("invalid") is True
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.value() == 7 and box.text() == "7" and not box.property("invalid")
    type_into(qtbot, grey, "0,7")
    assert grey.value() == 0.7


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = show_window(qtbot)
    app.open_first(window, [])
    qtbot.waitUntil(lambda: not window.document.data.awaited, timeout=10_000)
    window.complete()
    window.microscope.stack.prepare()
    qtbot.waitUntil(lambda: len(window.microscope.findChildren(QAbstractSpinBox)) > 3)
    yield window


def test_that_every_field_for_a_number_is_one_that_bends_none(window: MainWindow) -> None:
    boxes = window.findChildren(QAbstractSpinBox)
    own = [box for box in boxes if type(box).__module__.startswith("cnn_gui") or not box.parent()]
    foreign = [box for box in boxes if box not in own and type(box).__name__ in ("QSpinBox", "QDoubleSpinBox")]
    menus = [box for box in foreign if type(box.window()).__name__ == "QMenu"]  # those that pyqtgraph makes
    assert len(own) > 10 and foreign == menus
