"""The modified marker alone: edits and what is no edit, with a bare undo stack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from cnn_gui.open_file import OpenFile


@pytest.fixture
def stack(qapp) -> QUndoStack:
    return QUndoStack()


@pytest.fixture
def told() -> list[bool]:
    return []


@pytest.fixture
def file(stack, told) -> Iterator[OpenFile]:
    file = OpenFile(stack, QObject(stack))
    stack.cleanChanged.connect(file.tell_modified)
    file.modified_changed.connect(told.append)
    yield file
    stack.cleanChanged.disconnect()


def test_that_an_edit_is_told_of_and_so_is_its_undo(file, stack, told):
    stack.push(QUndoCommand("edit"))
    stack.undo()
    assert told == [True, False] and not file.modified


def test_that_undo_does_not_take_back_what_is_no_edit(file, stack, told):
    stack.push(QUndoCommand("edit"))
    file.touch()
    stack.undo()
    assert told == [True, True] and file.modified


def test_that_a_second_touch_is_not_told_of(file, told):
    file.touch()
    file.touch()
    assert told == [True]


def test_that_saving_leaves_nothing_modified_and_names_the_file(file, stack, told):
    stack.push(QUndoCommand("edit"))
    file.touch()
    file.mark_saved(Path("mine.cnn"))
    assert file.path == Path("mine.cnn") and not file.modified and told[-1] is False
