"""Edits without data, weights or a file: what each leaves on the undo stack, and what follows from it."""

from dataclasses import replace

import pytest

from cnn_gui.commands import Design
from cnn_gui.editable_design import EditableDesign


class Followed(EditableDesign):
    """Remembers each design that another took the place of."""

    def __init__(self) -> None:
        super().__init__()
        self.olds: list[Design] = []

    def _follow(self, old: Design) -> None:
        self.olds.append(old)


@pytest.fixture
def design(qapp) -> Followed:
    design = Followed()
    design.append("conv2d")
    return design


def test_that_an_edit_its_undo_and_its_redo_are_each_followed_with_what_was_before(design):
    empty, one = design.olds[0], design.architecture
    design.undo_stack.undo()
    design.undo_stack.redo()
    assert [old.architecture for old in design.olds] == [empty.architecture, one, empty.architecture]


def test_that_an_edit_that_changes_nothing_is_no_step(design):
    layer = design.architecture.layers[0]
    design.move(layer.uid, 0)
    design.configure(layer.uid, layer.config)
    design.set_settings(design.settings)
    assert design.undo_stack.count() == len(design.olds) == 1


def test_that_a_locked_design_refuses_and_selects_nothing_new(design, qtbot):
    selected = design.selected
    design.set_locked(True)
    with qtbot.waitSignal(design.refused):
        design.append("relu")
    assert design.selected == selected and len(design.architecture.layers) == 1


def test_that_quick_changes_of_one_setting_fold_and_name_it(design):
    for epochs in (3, 4):
        design.set_settings(replace(design.settings, epochs=epochs))
    assert design.undo_stack.count() == 2 and design.undo_stack.undoText() == "Change Epochs"
