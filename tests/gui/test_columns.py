"""How the palette's categories share two columns, without a widget."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize

from cnn_gui.editor.columns import Columns

ROW, WIDE, HEADING = QSize(60, 28), QSize(100, 28), QSize(40, 18)


def test_that_two_blocks_stand_side_by_side_as_wide_as_each_needs() -> None:
    columns = Columns.of([[HEADING, WIDE], [HEADING, ROW, ROW]], 320)
    assert columns.places == (
        QRect(0, 0, 200, 18), QRect(0, 18, 200, 28),
        QRect(200, 0, 120, 18), QRect(200, 18, 120, 28), QRect(200, 46, 120, 28),
    )  # fmt: skip
    assert (columns.height, columns.room) == (74, 160)


def test_that_the_taller_column_is_as_low_as_it_can_be() -> None:
    assert Columns.of([[ROW] * 3, [ROW], [ROW], [ROW]], 200).height == 3 * 28


def test_that_a_single_block_has_all_of_the_width() -> None:
    assert Columns.of([[HEADING, ROW]], 200).places == (QRect(0, 0, 200, 18), QRect(0, 18, 200, 28))


def test_that_no_block_needs_no_room() -> None:
    columns = Columns.of([], 200)
    assert (columns.places, columns.height, columns.room) == ((), 0, 0)


@given(counts=st.lists(st.integers(1, 8), max_size=8), width=st.integers(2, 400))
def test_that_every_row_has_a_place_of_its_own_within_width_and_height(counts: list[int], width: int) -> None:
    columns = Columns.of([[ROW] * count for count in counts], width)
    assert len({(place.left(), place.top()) for place in columns.places}) == sum(counts)
    for place in columns.places:
        assert place.left() >= 0 and place.left() + place.width() <= width
        assert place.top() >= 0 and place.top() + place.height() <= columns.height
