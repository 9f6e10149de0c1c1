"""Weights that follow their layer: what is kept, what is forgotten, and what a broken chain saves."""

import numpy as np
import pytest

from cnn_gui import stash
from cnn_gui.stash import WeightStash
from engine.architecture import Architecture, new_layer
from engine.files.weights import parameter_shapes
from engine.layers.conv import Conv2DConfig
from engine.model import Model
from tests.helpers import tiny

SHAPE = (1, 8, 8)


def model(architecture: Architecture, value: float | None = None) -> Model:
    """Return a model with fresh weights, or with all of them *value*."""
    made = Model.build(architecture, SHAPE, np.random.default_rng())
    if value is not None:
        made.parameters.flat[...] = value
    return made


def test_that_each_layer_gets_its_own_weights_back_wherever_it_stands():
    kept, chain = WeightStash(), tiny.architecture()
    old = model(chain)
    kept.keep(old)
    new = model(chain.insert(0, new_layer("conv2d", filters=1, kernel_size=3, padding=1)))
    kept.restore(new)
    for name in ("weight", "bias"):
        np.testing.assert_array_equal(new.parameters.layers[1][name], old.parameters.layers[0][name])
        np.testing.assert_array_equal(new.parameters.layers[5][name], old.parameters.layers[4][name])


def test_that_what_is_kept_is_a_copy():
    kept, old = WeightStash(), model(tiny.architecture(), 1)
    kept.keep(old)
    old.parameters.flat[...] = 2
    kept.restore(again := model(old.architecture, 0))
    assert (again.parameters.flat == 1).all()


def test_that_another_shape_keeps_its_fresh_weights_and_both_shapes_are_remembered():
    kept, chain = WeightStash(), tiny.architecture()
    conv = chain.layers[0].uid
    kept.keep(model(chain, 1))
    wide = model(chain.configure(conv, Conv2DConfig(filters=3, kernel_size=5)), 2)
    kept.restore(wide)
    assert (wide.parameters.layers[0]["weight"] == 2).all()
    kept.keep(wide)
    for architecture, value in ((chain, 1), (wide.architecture, 2)):
        kept.restore(back := model(architecture))
        assert (back.parameters.layers[0]["weight"] == value).all()


def test_that_the_layers_seen_longest_ago_are_forgotten_first(monkeypatch):
    chains = [tiny.architecture() for _ in range(3)]
    one = sum(array.nbytes for views in model(chains[0]).parameters.layers for array in views.values())
    monkeypatch.setattr(stash, "LIMIT", 2 * one)
    kept = WeightStash()
    for value, chain in enumerate(chains):
        kept.keep(model(chain, value + 1))
    found = []
    for chain in chains:
        kept.restore(back := model(chain, 0))
        found.append(back.parameters.flat.max())
    assert found == [0, 2, 3]


def test_that_the_present_network_is_kept_whole_however_large_it_is(monkeypatch):
    monkeypatch.setattr(stash, "LIMIT", 1)
    kept, chain = WeightStash(), tiny.architecture()
    kept.keep(model(chain, 1))
    kept.restore(back := model(chain))
    assert (back.parameters.flat == 1).all()


def test_that_a_chain_that_cannot_work_gets_weights_that_fit_and_else_the_newest():
    kept, chain = WeightStash(), tiny.architecture()
    conv, flatten, dense = chain.layers[0].uid, chain.layers[3].uid, chain.layers[4].uid
    kept.keep(model(chain.configure(conv, Conv2DConfig(filters=3, kernel_size=5)), 2))
    kept.keep(model(chain, 1))
    stuck = chain.remove(flatten)
    found = kept.weights(stuck, parameter_shapes(stuck, SHAPE))
    assert found.keys() == {conv, dense}
    assert found[conv]["weight"].shape == (3, 1, 3, 3) and (found[dense]["bias"] == 1).all()
    wide = stuck.configure(conv, Conv2DConfig(filters=3, kernel_size=5))
    assert (kept.weights(wide, parameter_shapes(wide, SHAPE))[conv]["weight"] == 2).all()
    other = stuck.configure(conv, Conv2DConfig(filters=4, kernel_size=3))
    assert kept.weights(other, parameter_shapes(other, SHAPE)).keys() == {dense}


@pytest.mark.parametrize("order", [("weight", "bias"), ("bias", "weight")])
def test_that_weights_from_a_file_take_the_place_of_everything_in_whatever_order_their_arrays_are(order):
    kept, chain = WeightStash(), tiny.architecture()
    kept.keep(old := model(chain, 1))
    views = old.parameters.layers[0]
    kept.replace({chain.layers[0].uid: {name: np.full_like(views[name], 7) for name in order}})
    kept.restore(back := model(chain, 0))
    assert (back.parameters.layers[0]["weight"] == 7).all() and not back.parameters.layers[4]["weight"].any()
