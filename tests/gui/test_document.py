"""The document without any widget: edits, undo, weights that follow their layers, the modified marker."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import resources
from cnn_gui.document import Document
from engine.architecture import MOST_LAYERS, Architecture, new_layer
from engine.data import catalogue
from engine.data.dataset import Dataset, Split
from engine.files.project import open_project
from engine.layers.conv import Conv2DConfig
from engine.model import Model
from tests.helpers import tiny


@pytest.fixture
def document(qapp) -> Document:
    document = Document()
    document.set_data(tiny.dataset(), "tiny.npz")
    document.replace(tiny.architecture(), "Load")
    document.file.mark_saved(None)
    return document


def names(document: Document) -> list[str]:
    return [spec.type.name for spec in document.architecture.layers]


def test_that_insert_move_remove_and_configure_are_each_one_undo_step(document):
    start = document.architecture
    document.insert(1, "tanh")
    document.move(document.architecture.layers[1].uid, 0)
    document.remove(document.architecture.layers[2].uid)
    conv = document.architecture.layers[1]
    document.configure(conv.uid, replace(conv.config, filters=5))
    assert names(document) == ["tanh", "conv2d", "pool2d", "flatten", "dense", "softmax"]
    for _ in range(4):
        document.undo_stack.undo()
    assert document.architecture == start
    for _ in range(4):
        document.undo_stack.redo()
    assert document.architecture.layers[1].config.filters == 5


def test_that_undo_texts_name_the_edit_and_the_layer(document):
    document.insert(0, "tanh")
    assert document.undo_stack.undoText() == "Insert Tanh"
    document.remove(document.architecture.layers[0].uid)
    assert document.undo_stack.undoText() == "Delete Tanh"


def test_that_quick_steps_of_one_field_fold_into_one_undo_step_and_others_do_not(document):
    conv = document.architecture.layers[0]
    count = document.undo_stack.count()
    for filters in (4, 5, 6):
        document.configure(conv.uid, replace(conv.config, filters=filters), "filters")
    assert document.undo_stack.count() == count + 1
    document.configure(conv.uid, replace(conv.config, filters=6, stride=(2, 2)), "stride")
    assert document.undo_stack.count() == count + 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert document.architecture.layers[0].config.filters == 3


def test_that_a_folded_change_back_to_the_start_leaves_no_undo_step(document):
    conv = document.architecture.layers[0]
    count = document.undo_stack.count()
    document.configure(conv.uid, replace(conv.config, filters=4), "filters")
    document.configure(conv.uid, conv.config, "filters")
    assert document.undo_stack.count() == count


def test_that_untouched_layers_keep_their_weights_and_undo_brings_deleted_weights_back(document):
    model = document.model
    conv, dense = model.parameters.layers[0]["weight"].copy(), model.parameters.layers[4]["weight"].copy()
    document.insert(2, "tanh")
    np.testing.assert_array_equal(document.model.parameters.layers[0]["weight"], conv)
    document.remove(document.architecture.layers[0].uid)
    document.undo_stack.undo()
    document.undo_stack.undo()
    np.testing.assert_array_equal(document.model.parameters.layers[0]["weight"], conv)
    np.testing.assert_array_equal(document.model.parameters.layers[4]["weight"], dense)


def test_that_a_changed_kernel_size_and_its_undo_bring_the_trained_kernels_back(document):
    document.set_weights(np.arange(document.model.parameters.flat.size, dtype=np.float32))
    kernels = document.model.parameters.layers[0]["weight"].copy()
    conv = document.architecture.layers[0]
    document.configure(conv.uid, Conv2DConfig(filters=3, kernel_size=5))
    assert document.model.parameters.layers[0]["weight"].shape == (3, 1, 5, 5)
    document.undo_stack.undo()
    np.testing.assert_array_equal(document.model.parameters.layers[0]["weight"], kernels)


def test_that_an_impossible_chain_stays_editable_and_says_what_is_wrong(document):
    conv = document.architecture.layers[0]
    document.configure(conv.uid, Conv2DConfig(kernel_size=9))
    assert document.model is None
    assert "9 × 9" in document.problem.what
    document.undo_stack.undo()
    assert document.problem is None and document.model is not None


def test_that_an_empty_chain_says_what_to_do(document):
    document.replace(type(document.architecture)(), "Clear")
    assert "no layers" in document.problem.what


def test_that_edits_are_refused_while_locked(document, qtbot):
    before = document.architecture
    document.set_locked(True)
    with qtbot.waitSignal(document.refused) as refused:
        document.insert(0, "tanh")
    assert "Stop" in refused.args[0]
    assert document.architecture == before


def test_that_the_modified_marker_follows_edits_undo_and_saving(document):
    assert not document.file.modified
    document.insert(0, "tanh")
    assert document.file.modified
    document.undo_stack.undo()
    assert not document.file.modified
    document.set_settings(replace(document.settings, epochs=3))
    assert document.file.modified
    document.file.mark_saved(None)
    assert not document.file.modified


def test_that_reset_draws_the_seeds_weights_and_clears_the_history_and_undo_brings_both_back(document):
    trained = document.model.parameters.flat + 1
    document.set_weights(trained)
    document.history.add_step(1.0, 0.5)
    learned = document.history
    document.reset_weights()
    rng = np.random.default_rng(document.settings.seed)
    fresh = Model.build(document.architecture, document.data.input_shape, rng).parameters.flat
    np.testing.assert_array_equal(document.model.parameters.flat, fresh)
    assert document.history.steps == 0
    document.undo_stack.undo()
    np.testing.assert_array_equal(document.model.parameters.flat, trained)
    assert document.history is learned
    document.undo_stack.redo()
    np.testing.assert_array_equal(document.model.parameters.flat, fresh)


def test_that_a_reset_is_not_undone_by_an_edit_there_and_back(document):
    conv = document.architecture.layers[0]
    document.set_weights(document.model.parameters.flat + 1)
    document.configure(conv.uid, replace(conv.config, filters=4))
    document.reset_weights()
    document.configure(conv.uid, conv.config)
    assert np.abs(document.model.parameters.layers[0]["bias"]).max() == 0


def test_that_another_network_has_a_history_of_its_own(document):
    document.history.add_step(1.0, 0.5)
    learned = document.history
    document.replace(tiny.architecture(), "Load")
    assert document.history.steps == 0
    document.undo_stack.undo()
    assert document.history is learned


def test_that_layers_inserted_one_after_the_other_start_with_weights_of_their_own(document):
    document.replace(type(document.architecture)(), "Clear")
    for position, name in enumerate(("conv2d", "flatten", "dense", "dense", "softmax")):
        document.insert(position, name)
    dense = document.architecture.layers[3]
    document.configure(dense.uid, replace(dense.config, units=2))
    first, second = (document.architecture.layers[k].uid for k in (2, 3))
    document.insert(3, "dense")
    inserted, neighbour = (document.model.parameters.layers[k]["weight"] for k in (3, 2))
    assert first != second
    assert not np.allclose(inserted.ravel()[:50], neighbour.ravel()[:50])


def test_that_removing_selects_the_neighbour(document):
    document.select(document.architecture.layers[2].uid)
    document.remove(document.selected)
    assert document.selected_spec is document.architecture.layers[2]


def test_that_a_project_survives_the_way_through_its_value(document):
    document.history.add_step(0.7, 0.5)
    project = document.project()
    other = Document()
    other.show_project(project, None)
    assert other.architecture == document.architecture
    np.testing.assert_array_equal(other.model.parameters.flat, document.model.parameters.flat)
    assert other.history.steps == 1 and not other.file.modified


edits = st.lists(st.tuples(st.sampled_from("imrc"), st.integers(0, 20), st.integers(0, 20)), max_size=12)


@given(edits=edits)
def test_that_any_sequence_of_edits_can_be_undone_and_redone_to_the_letter(qapp, edits):
    document = Document()
    data: Dataset = tiny.dataset()
    document.set_data(data, "tiny.npz")
    seen = [document.architecture]
    for kind, a, b in edits:
        layers = document.architecture.layers
        if kind == "i":
            document.insert(a % (len(layers) + 1), ("conv2d", "relu", "pool2d", "flatten", "dense")[b % 5])
        elif layers and kind == "m":
            document.move(layers[a % len(layers)].uid, b % (len(layers) + 1))
        elif layers and kind == "r":
            document.remove(layers[a % len(layers)].uid)
        if document.architecture != seen[-1]:
            seen.append(document.architecture)
    for expected in reversed(seen[:-1]):
        document.undo_stack.undo()
        assert document.architecture == expected
    for expected in seen[1:]:
        document.undo_stack.redo()
        assert document.architecture == expected


def test_that_another_loss_asks_for_another_last_layer_and_keeps_the_weights(qapp, document):
    told, weights = [], document.model.parameters.flat.copy()
    document.architecture_changed.connect(lambda old, new: told.append((old, new)))
    document.set_settings(replace(document.settings, loss="binary cross-entropy"))
    assert "Sigmoid" in document.problem.what and document.model is None
    assert told == [(document.architecture, document.architecture)]
    document.set_settings(replace(document.settings, epochs=3))
    assert len(told) == 1
    document.set_settings(replace(document.settings, loss="cross-entropy"))
    assert document.problem is None and (document.model.parameters.flat == weights).all()


def test_that_a_chain_that_comes_with_its_settings_is_checked_against_its_own_loss(document):
    layers = (*tiny.architecture().layers[:-1], new_layer("sigmoid"))
    settings = replace(document.settings, loss="binary cross-entropy")
    document.replace(Architecture(layers), "Load", settings)
    assert document.problem is None
    document.undo_stack.undo()
    assert document.problem is None and document.settings.loss == "cross-entropy"


def test_that_data_of_another_polarity_is_told_to_a_network_that_has_learned(qapp):
    document, data = Document(), catalogue.load("bundled")
    train, test = (Split(255 - split.images, split.labels) for split in (data.train, data.test))
    dark = replace(data, train=train, test=test)
    document.set_data(data, "bundled")
    document.set_data(dark, "dark.npz")
    assert document.data.dataset.remarks == dark.remarks  # nothing has been learned
    document.show_project(open_project(resources.path("models", "lenet5.cnn")), None)
    document.set_data(data, "bundled")
    assert document.data.dataset.remarks == data.remarks
    document.set_data(dark, "dark.npz")
    assert "learned from were light ink on dark paper" in document.data.dataset.remarks[-1]


def test_that_a_network_never_has_more_layers_than_a_file_may_have(qapp):
    document, said = Document(), list[str]()
    document.refused.connect(said.append)
    document.replace(Architecture(tuple(new_layer("relu") for _ in range(MOST_LAYERS))), "Load")
    document.insert(0, "relu")
    assert len(document.architecture.layers) == MOST_LAYERS and "512 layers" in said[0]
    document.append("softmax")
    assert len(said) == 2
    document.remove(document.architecture.layers[0].uid)
    document.insert(0, "relu")
    assert len(document.architecture.layers) == MOST_LAYERS and len(said) == 2
    assert document.mends(document.architecture.layers[-1].uid) is not None, "what cannot be done is only thought of"
