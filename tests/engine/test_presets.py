"""Published networks, ready to train."""

import numpy as np
import pytest

from engine import presets, schema
from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.model import Model
from engine.shapes import first_problem, infer_shapes

PRESETS = pytest.mark.parametrize("name", presets.BUILDERS)


@PRESETS
def test_that_a_preset_can_be_trained_as_it_is(name: str) -> None:
    preset = presets.load(name)
    assert preset.name == name
    assert preset.title and preset.about.endswith(".")
    assert schema.problems(preset.settings) == {}
    assert first_problem(infer_shapes(preset.architecture, (1, 28, 28), classes=10)) is None
    model = Model.build(preset.architecture, (1, 28, 28), np.random.default_rng(0))
    assert model.forward(np.zeros((2, 1, 28, 28))).sum(axis=1).tolist() == pytest.approx([1, 1])


@PRESETS
def test_that_each_loading_gives_layers_of_their_own(name: str) -> None:
    first, again = ({spec.uid for spec in presets.load(name).architecture.layers} for _ in range(2))
    assert not first & again


def test_that_lenet5_has_the_61706_parameters_of_the_paper() -> None:
    chain = presets.load("lenet5").architecture
    assert sum(info.parameters for info in infer_shapes(chain, (1, 28, 28))) == 61_706


def test_that_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInputError, match=r"no preset 'lenet6'; known are .*lenet5"):
        presets.load("lenet6")


@PRESETS
@pytest.mark.parametrize("classes", [2, 47])
def test_that_a_preset_fits_other_classes(name: str, classes: int) -> None:
    chain = presets.for_classes(presets.load(name).architecture, classes)
    assert first_problem(infer_shapes(chain, (1, 28, 28), classes)) is None


def test_that_only_the_last_dense_layer_follows_the_classes() -> None:
    layers = new_layer("dense", units=7), new_layer("dense", units=5), new_layer("softmax")
    changed = presets.for_classes(Architecture(layers), 3)
    assert [spec.config.summary() for spec in changed.layers] == ["7 units", "3 units", ""]
    assert [spec.uid for spec in changed.layers] == [spec.uid for spec in layers]


def test_that_a_network_without_dense_layers_stays_as_it_is() -> None:
    chain = Architecture((new_layer("flatten"),))
    assert presets.for_classes(chain, 3) == chain
