"""Losses at the end of a network: right gradients for each layer that may be the last, and a sentence where not."""

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.gradcheck import check_model
from engine.losses import BY_NAME
from engine.model import Model
from engine.passes import Pass
from engine.shapes import infer_shapes
from tests.helpers.layers import Array


def network(*ending: str) -> Model:
    layers = (new_layer("conv2d", filters=2), new_layer("tanh"), new_layer("flatten"), new_layer("dense", units=3))
    chain = Architecture((*layers, *map(new_layer, ending)))
    return Model.build(chain, (1, 5, 4), np.random.default_rng(0), np.float64)


def samples() -> tuple[Array, Array]:
    return np.random.default_rng(1).standard_normal((4, 1, 5, 4)), np.array([0, 2, 1, 2])


ENDINGS = [
    ("cross-entropy", ("softmax",)),
    ("binary cross-entropy", ("sigmoid",)),
    ("mean squared error", ("softmax",)),
    ("mean squared error", ("sigmoid",)),
    ("mean squared error", ("tanh",)),
    ("mean squared error", ()),
]


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_that_a_network_that_ends_for_its_loss_has_right_gradients(name: str, ending: tuple[str, ...]) -> None:
    report = check_model(network(*ending), *samples(), np.random.default_rng(2), loss=name)
    assert report.passed, str(report)
    assert len(report.arrays) == 5 and all(array.compared for array in report.arrays)


@pytest.mark.parametrize(("name", "ending"), ENDINGS)
def test_that_a_loss_is_what_the_networks_own_outputs_say(name: str, ending: tuple[str, ...]) -> None:
    model, (x, labels) = network(*ending), samples()
    p, y = model.forward(x), np.eye(3)[labels]
    expected = {
        "cross-entropy": lambda: -np.log((p * y).sum(axis=1)),
        "binary cross-entropy": lambda: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1),
        "mean squared error": lambda: ((p - y) ** 2).mean(axis=1),
    }[name]().sum()
    result = Pass(model, name).loss(x, labels)
    assert result.total == pytest.approx(expected, rel=1e-12)
    assert result.correct == (p.argmax(axis=1) == labels).sum()


@pytest.mark.parametrize(("name", "last"), [("cross-entropy", "softmax"), ("binary cross-entropy", "sigmoid")])
def test_that_a_fused_last_layer_gives_the_gradients_of_the_layer_by_itself(name: str, last: str) -> None:
    model, (x, labels) = network(last), samples()
    fused, alone = Pass(model, name), Pass(model, name)
    fused.loss_and_gradients(x, labels)
    p, y = model.forward(x), np.eye(3)[labels]
    alone.activations(x)
    alone.backward((-y / p if last == "softmax" else ((1 - y) / (1 - p) - y / p) / 3) / len(x))
    np.testing.assert_allclose(fused.gradients.flat, alone.gradients.flat, rtol=1e-11, atol=1e-15)


# What is said of a network that does not suit its loss.


def sentence(loss: str, *ending: str, units: int = 3) -> str | None:
    chain = Architecture((new_layer("flatten"), new_layer("dense", units=units), *map(new_layer, ending)))
    problem = infer_shapes(chain, (1, 5, 4), classes=3, loss=loss)[-1].problem
    return None if problem is None else str(problem)


def test_that_each_loss_accepts_its_own_endings() -> None:
    for name, ending in ENDINGS:
        assert sentence(name, *ending) is None


@pytest.mark.parametrize(("name", "last"), [("cross-entropy", "Softmax"), ("binary cross-entropy", "Sigmoid")])
def test_that_a_loss_that_is_fused_with_a_layer_asks_for_it(name: str, last: str) -> None:
    assert sentence(name) == (f"The network ends without {last}, which {name} needs. Append {last} as the last layer.")
    assert sentence(name, last.lower(), units=4) == (
        f"The network ends with 4 values, but the data has 3 classes. End it with a Dense layer of 3 units and {last}."
    )


def test_that_the_squared_error_asks_for_the_classes_alone() -> None:
    assert sentence("mean squared error", units=4) == (
        "The network ends with 4 values, but the data has 3 classes. End it with a Dense layer of 3 units."
    )


def test_that_the_ending_of_another_loss_is_to_be_replaced_and_not_followed() -> None:
    assert sentence("binary cross-entropy", "softmax") == (
        "The network ends without Sigmoid, which binary cross-entropy needs. Put Sigmoid in the place of Softmax."
    )
    assert sentence("cross-entropy", "sigmoid") == (
        "The network ends without Softmax, which cross-entropy needs. Put Softmax in the place of Sigmoid."
    )


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_that_a_last_layer_that_is_too_large_says_so_whatever_the_loss(name: str) -> None:
    chain = Architecture((new_layer("flatten"), new_layer("dense", units=8000)))
    (_, last) = infer_shapes(chain, (1, 60, 60), classes=8000, loss=name)
    assert last.problem is not None and "28,808,000 parameters" in last.problem.what
