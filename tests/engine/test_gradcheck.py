"""The gradient check itself: it passes what is right, and no wrong gradient gets past it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import BadInputError
from engine.gradcheck import TIES, check_layer, check_model, layer_check
from engine.gradreport import GradientReport
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.layers.activation import ReLUConfig, TanhConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.pool import Pool2DConfig
from engine.model import Model
from engine.pieces import finished


@dataclass(frozen=True, slots=True)
class Curve(LayerConfig):
    """A function of each value with the derivative that it claims to have."""

    value: Callable[[Array], Array]
    derivative: Callable[[Array], Array]

    def __post_init__(self) -> None:
        """It has no declared hyper-parameters to coerce."""

    def output_shape(self, shape: Shape) -> Shape:
        return shape

    def build(self, shape: Shape, backend: str = "fast") -> Layer:
        return CurveLayer(self)


class CurveLayer(Layer):
    """Applies a Curve."""

    def __init__(self, curve: Curve) -> None:
        super().__init__()
        self.curve = curve

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = x.copy()
        return self.curve.value(x)

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        return grad_output * self.curve.derivative(work.saved["x"])


def check(value: Callable[[Array], Array], derivative: Callable[[Array], Array], seed: int = 0) -> GradientReport:
    return check_layer(Curve(value, derivative), (40,), np.random.default_rng(seed))


def test_that_a_right_gradient_passes_with_room_to_spare() -> None:
    report = check(np.sin, np.cos)
    assert report.passed
    assert report.arrays[0].error < 1e-6
    assert (report.arrays[0].name, report.arrays[0].compared, report.arrays[0].kinks) == ("input", 80, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: 1.001 * np.cos(x),
        lambda x: -np.cos(x),
        lambda x: np.cos(x) * 0,
        lambda x: np.where(x == x.max(), 0, np.cos(x)),  # one cell alone
        lambda x: np.cos(x) + 1e-4,
    ],
)
def test_that_a_wrong_gradient_fails_even_by_a_thousandth_or_in_one_cell(wrong: Callable[[Array], Array]) -> None:
    report = check(np.sin, wrong)
    assert not report.passed
    (array,) = report.arrays
    assert array.error > 1e-5
    assert array.analytic != pytest.approx(array.numeric, rel=1e-5)
    assert "FAIL input" in str(report)


def test_that_the_index_of_the_largest_error_is_in_the_fields_order() -> None:
    bad = np.zeros((4, 3, 5, 2))  # rows, channels, columns, samples
    bad[3, 1, 2, 0] = 1
    curve = Curve(np.sin, lambda x: np.cos(x) + bad)
    (array,) = check_layer(curve, (3, 4, 5), np.random.default_rng(0)).arrays
    assert array.index == (0, 1, 3, 2)


def test_that_a_kink_within_the_step_gets_no_verdict() -> None:
    def steep(x: Array) -> Array:  # a kink within the step of nearly every value
        return np.abs(np.sin(x / 1e-6)) * 1e-6

    (array,) = check(steep, lambda x: np.sign(np.sin(x / 1e-6)) * np.cos(x / 1e-6)).arrays
    assert array.kinks > 0
    assert array.compared + array.kinks == 80


def test_that_nothing_compared_is_not_a_pass() -> None:
    centre: list[Array] = []

    def kinked_at_the_first_input(x: Array) -> Array:
        centre.append(x.copy())
        return np.abs(x - centre[0])

    (array,) = check(kinked_at_the_first_input, np.sign).arrays
    assert (array.compared, array.kinks, array.passed) == (0, 80, False)
    assert np.isnan(array.error)


def test_that_relus_kink_is_not_mistaken_for_a_fault_and_hides_none() -> None:
    assert check_layer(ReLUConfig(), (500,), np.random.default_rng(0)).passed
    leaky = check(lambda x: np.maximum(x, 0), lambda x: np.where(x > 0, 1, 0.01))
    assert not leaky.passed


def test_that_samples_limits_the_cells_of_each_array() -> None:
    report = check_layer(DenseConfig(6), (7,), np.random.default_rng(0), samples=5)
    assert [(a.name, a.compared) for a in report.arrays] == [("input", 5), ("weight", 5), ("bias", 5)]
    assert report.passed


def test_that_the_same_generator_repeats_a_check() -> None:
    first, again = (check_layer(Conv2DConfig(2), (1, 5, 4), np.random.default_rng(3), samples=9) for _ in range(2))
    assert first == again


def test_that_a_network_is_checked_layer_by_layer_and_left_as_it_is() -> None:
    layers = (new_layer("conv2d", filters=2), LayerSpec("t", TanhConfig()), new_layer("flatten"))
    chain = Architecture((*layers, new_layer("dense", units=3), new_layer("softmax")))
    model = Model.build(chain, (1, 5, 6), np.random.default_rng(0))
    x, before = np.random.default_rng(1).random((2, 1, 5, 6), np.float32), model.parameters.flat.copy()
    kept = x.copy()
    report = check_model(model, x, np.array([0, 2]), np.random.default_rng(2), samples=20)
    assert report.passed
    assert [a.name for a in report.arrays] == [
        "input",
        "layer 1 (Convolution) weight",
        "layer 1 (Convolution) bias",
        "layer 4 (Dense) weight",
        "layer 4 (Dense) bias",
    ]
    assert (model.parameters.flat == before).all() and (x == kept).all()


def test_that_blank_pixels_and_zero_biases_do_not_fail_a_right_network() -> None:
    layers = [new_layer("conv2d", filters=4), new_layer("relu"), new_layer("pool2d"), new_layer("flatten")]
    chain = Architecture((*layers, new_layer("dense", units=3), new_layer("softmax")))
    model = Model.build(chain, (1, 12, 12), np.random.default_rng(0))
    x = np.zeros((2, 1, 12, 12), np.float32)
    x[:, :, 4:8, 4:8] = np.random.default_rng(1).random((2, 1, 4, 4))
    report = check_model(model, x, np.array([0, 2]), np.random.default_rng(2), samples=60)
    assert report.passed, str(report)


def test_that_a_layer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInputError, match="larger than its input"):
        check_layer(Conv2DConfig(kernel_size=(9, 9)), (1, 5, 5), np.random.default_rng(0))


def test_that_a_layer_is_checked_with_its_own_weights_which_stay_as_they_are() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.random((2, 3)), np.array([[1e3, 0, -2], [0.5, 0, 0]])
    parameters = {"weight": weight.copy(), "bias": np.zeros(2)}
    report = finished(layer_check(DenseConfig(2), x, parameters, rng, jitter=0))
    assert report.passed and [a.name for a in report.arrays] == ["input", "weight", "bias"]
    assert (parameters["weight"] == weight).all()
    blind = finished(layer_check(DenseConfig(2), x, {**parameters, "weight": np.zeros((2, 3))}, rng))
    assert (blind.arrays[0].analytic, blind.arrays[0].numeric) == (0, 0)


@pytest.mark.parametrize("scale", [1, 1e4])
def test_that_rounding_of_large_outputs_is_no_fault(scale: float) -> None:
    rng = np.random.default_rng(0)
    parameters = {"weight": scale * rng.standard_normal((8, 3, 3, 3)), "bias": np.zeros(8)}
    report = finished(layer_check(Conv2DConfig(8), scale * rng.standard_normal((2, 3, 9, 9)), parameters, rng))
    assert report.passed, str(report)


def test_that_a_check_yields_after_each_cell() -> None:
    parameters = {"weight": np.ones((2, 3)), "bias": np.ones(2)}
    pieces = layer_check(DenseConfig(2), np.ones((1, 3)), parameters, np.random.default_rng(0))
    assert [*pieces] == [done / (3 + 6 + 2) for done in range(1, 12)]


def test_that_the_check_of_a_network_tells_after_each_cell() -> None:
    layers = new_layer("flatten"), new_layer("dense", units=2), new_layer("softmax")
    model = Model.build(Architecture(layers), (1, 2, 2), np.random.default_rng(0))
    told: list[float] = []
    check_model(model, np.ones((1, 1, 2, 2)), np.array([1]), np.random.default_rng(0), samples=3, told=told.append)
    assert told == [done / 8 for done in range(1, 9)]


@pytest.mark.parametrize("mode", ["max", "min"])
def test_that_what_picks_is_checked_at_ties_too(mode: str) -> None:
    x = np.zeros((1, 2, 4, 6))
    x[:, :, 1, 1:3] = 0.5 + np.array([0, 3e-6])  # tied in the first decimals
    report = finished(layer_check(Pool2DConfig(mode=mode), x, {}, np.random.default_rng(0)))
    assert report.passed
    assert [(a.name, a.compared, a.kinks) for a in report.arrays] == [(TIES, 2, 0), ("input", 48, 0)]


def test_that_an_array_without_ties_has_no_such_check() -> None:
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    assert [a.name for a in finished(layer_check(Pool2DConfig(), x, {}, np.random.default_rng(0))).arrays] == ["input"]
