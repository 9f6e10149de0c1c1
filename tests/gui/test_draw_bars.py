"""The network's answer as bars."""

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from cnn_gui import theme
from cnn_gui.draw.bars import ProbabilityBars

TEN = np.array([0.02, 0.01, 0.7, 0.02, 0.01, 0.03, 0.13, 0.07, 0.005, 0.005])


@pytest.fixture
def bars(qtbot: QtBot) -> ProbabilityBars:
    widget = ProbabilityBars()
    qtbot.addWidget(widget)
    widget.resize(200, 220)
    widget.show()
    return widget


def accent_length(bars: ProbabilityBars) -> int:
    """Return the length in px of the longest row of pixels in the accent colour."""
    image = bars.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    accent = int(theme.tokens(bars.palette()).accent[1:], 16)
    return int(((pixels & 0xFFFFFF) == accent).sum(axis=1).max())


def test_that_ten_classes_keep_their_order_and_the_likeliest_alone_wins(bars: ProbabilityBars) -> None:
    bars.set_probabilities(TEN)
    rows = bars.rows()
    assert [row.name for row in rows] == [str(digit) for digit in range(10)]
    assert [row.name for row in rows if row.wins] == ["2"]
    assert rows[2].percent == "70.0 %"
    assert rows[9].percent == "0.5 %"
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_that_only_the_likeliest_wins_a_tie(bars: ProbabilityBars) -> None:
    bars.set_probabilities(np.full(10, 0.1))
    assert [row.wins for row in bars.rows()] == [True] + [False] * 9


def test_that_the_bar_of_the_winner_grows_with_its_probability(bars: ProbabilityBars) -> None:
    lengths = []
    for probabilities in ([0.3, 0.4, 0.3], [0.2, 0.8], [0, 1]):
        bars.set_probabilities(np.array(probabilities))
        lengths.append(accent_length(bars))
    assert lengths[1] == pytest.approx(2 * lengths[0], abs=4)
    assert lengths[2] == pytest.approx(1.25 * lengths[1], abs=4)


def test_that_of_a_hundred_classes_the_ten_likeliest_are_shown_in_order_with_a_note(bars: ProbabilityBars) -> None:
    likely = np.random.default_rng(0).permutation(100) + 1.0
    bars.set_class_names([f"class {index}" for index in range(100)])
    bars.set_probabilities(likely / likely.sum())
    rows = bars.rows()
    assert [row.name for row in rows] == [f"class {index}" for index in np.argsort(-likely)[:10]]
    assert [row.wins for row in rows] == [True] + [False] * 9
    assert bars.note() == "Top 10 of 100 classes"
    assert accent_length(bars) > 0


def test_that_ten_classes_need_no_note(bars: ProbabilityBars) -> None:
    bars.set_probabilities(TEN)
    assert bars.note() == ""


def test_that_names_are_shown_and_a_class_without_a_name_shows_its_index(bars: ProbabilityBars) -> None:
    bars.set_class_names(["T-shirt", "Trouser"])
    bars.set_probabilities(np.array([0.2, 0.3, 0.5]))
    assert [row.name for row in bars.rows()] == ["T-shirt", "Trouser", "2"]


def test_that_the_empty_state_says_what_to_do(bars: ProbabilityBars) -> None:
    assert bars.message() == "Draw to see 10 probabilities"
    bars.set_probabilities(TEN)
    assert bars.message() == ""
    bars.set_probabilities(None)
    assert bars.message() == "Draw to see 10 probabilities"
    assert bars.rows() == []
    assert accent_length(bars) == 0


def test_that_a_reason_takes_the_place_of_the_bars_until_it_is_withdrawn(bars: ProbabilityBars) -> None:
    bars.set_probabilities(TEN)
    bars.set_reason("The network has no layer yet.")
    assert bars.message() == "The network has no layer yet."
    assert bars.rows() == []
    assert accent_length(bars) == 0
    bars.set_reason("")
    assert len(bars.rows()) == 10
    assert accent_length(bars) > 0


def test_that_an_answer_that_is_not_a_number_is_told_with_a_remedy(bars: ProbabilityBars) -> None:
    bars.set_probabilities(np.full(10, np.nan))
    assert "lower the learning rate" in bars.message()
    assert bars.rows() == []


def test_that_the_answer_is_also_there_for_who_cannot_see_it(bars: ProbabilityBars) -> None:
    bars.set_probabilities(TEN)
    assert "2: 70.0 %" in bars.accessibleDescription()
    bars.set_reason("No network.")
    assert bars.accessibleDescription() == "No network."


def test_that_later_changes_of_the_array_do_not_change_the_bars(bars: ProbabilityBars) -> None:
    probabilities = TEN.copy()
    bars.set_probabilities(probabilities)
    probabilities[:] = 0
    assert bars.rows()[2].percent == "70.0 %"


@pytest.mark.parametrize("shape", [(), (0,), (1, 10)])
def test_that_what_is_not_one_number_a_class_is_refused(bars: ProbabilityBars, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="give one per class"):
        bars.set_probabilities(np.zeros(shape))


def test_that_a_narrow_answer_rounds_its_numbers_to_leave_room_for_the_bars(bars: ProbabilityBars) -> None:
    bars.set_probabilities(TEN)
    bars.resize(110, 220)
    assert bars.rows()[2].percent == "70 %"
    bars.resize(200, 220)
    assert bars.rows()[2].percent == "70.0 %"
