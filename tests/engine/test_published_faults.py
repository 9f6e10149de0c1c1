"""Faults that published from-scratch networks really have, one test each.

Three more are beside what they would spoil: validation images that are trained on and figures of one split reported
as another's (test_trainer), views that read past their buffer (test_fast_path_memory).
"""

from itertools import pairwise

import numpy as np
import pytest

from engine import ops
from engine.architecture import Architecture, new_layer
from engine.gradcheck import check_model
from engine.history import History
from engine.layer import Workspace
from engine.losses import softmax_cross_entropy
from engine.model import Model
from engine.optimizers import Adam
from engine.passes import Pass
from engine.settings import TrainingSettings
from engine.trainer import StepResult, Trainer
from tests.helpers import tiny
from tests.helpers.layers import Array

CHAIN = Architecture(
    (
        new_layer("conv2d", filters=3, kernel_size=3, padding=1),
        new_layer("relu"),
        new_layer("pool2d"),
        new_layer("conv2d", filters=2, kernel_size=[2, 3], padding=[1, 0]),
        new_layer("tanh"),
        new_layer("pool2d", mode="mean", stride=1),
        new_layer("flatten"),
        new_layer("dense", units=2),
        new_layer("softmax"),
    )
)


def network() -> Model:
    return Model.build(CHAIN, (1, 8, 8), np.random.default_rng(0), np.float64)


def samples(n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((n, 1, 8, 8)), rng.integers(0, 2, n)


def gradient(model: Model, x: Array, labels: Array) -> Array:
    shard = Pass(model)
    shard.loss_and_gradients(x, labels)
    return shard.gradients.flat


# Pooling.


@pytest.mark.parametrize("mode", ["max", "min"])
def test_that_a_window_of_ties_hands_its_gradient_on_once_to_the_first(mode: str) -> None:
    grad = ops.pool2d_backward(np.array([[[[5.0]]]]), np.zeros((1, 1, 2, 2)), 2, mode=mode)
    assert grad.tolist() == [[[[5, 0], [0, 0]]]]


@pytest.mark.parametrize("mode", ["max", "min"])
def test_that_moving_a_whole_tied_window_moves_the_output_as_its_gradient_says(mode: str) -> None:
    x, d = np.zeros((1, 1, 4, 6)), np.random.default_rng(0).standard_normal((1, 1, 2, 3))
    grad = ops.pool2d_backward(d, x, 2, mode=mode)
    for i, j in np.ndindex(2, 3):
        window = np.zeros_like(x)
        window[0, 0, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = 1e-5
        slope = (ops.pool2d(x + window, 2, mode=mode) - ops.pool2d(x - window, 2, mode=mode)) / 2e-5
        assert (grad * window).sum() / 1e-5 == pytest.approx((d * slope).sum())


def test_that_the_gradient_of_a_mean_is_shared_and_not_multiplied() -> None:
    grad = ops.pool2d_backward(np.array([[[[9.0]]]]), np.ones((1, 1, 3, 3)), 3, mode="mean")
    assert grad[0, 0].tolist() == [[1, 1, 1]] * 3


def test_that_padding_never_wins_a_maximum_nor_a_minimum() -> None:
    x = np.full((1, 1, 3, 3), -5.0)
    assert (ops.pool2d(x, 3, stride=1, padding=1, mode="max") == -5).all()
    assert (ops.pool2d(-x, 3, stride=1, padding=1, mode="min") == 5).all()
    grad = ops.pool2d_backward(np.ones((1, 1, 3, 3)), x, 3, stride=1, padding=1, mode="max")
    assert grad.sum() == 9


# Optimizers.


def test_that_adam_keeps_its_moments_over_a_whole_run() -> None:
    data = tiny.dataset(train=32)
    model = Model.build(tiny.architecture(), data.image_shape, np.random.default_rng(0))
    run = Trainer(model, data, TrainingSettings(epochs=3, batch_size=16, validation=0.0), threads=1)
    states = [run.state().arrays for event in run.run() if isinstance(event, StepResult)]
    assert [int(state["time"]) for state in states] == [1, 2, 3, 4, 5, 6]
    for before, now in pairwise(states):
        assert (now["square"] >= 0.998 * before["square"]).all() and before["square"].any()  # nothing is forgotten


def test_that_adam_with_memory_is_not_the_sign_of_the_gradient() -> None:
    w, adam = np.zeros(1), Adam(TrainingSettings(), 1, np.dtype(np.float64))
    steps = []
    for g in (1.0, 0.1):
        before = w[0]
        adam.step(w, np.array([g]), learning_rate=1.0)
        steps.append(before - w[0])
    assert steps == pytest.approx([1, 0.74081], abs=1e-5)  # without memory both are 1


def test_that_adams_moments_are_corrected_for_their_start_at_zero() -> None:
    w = np.zeros(1)
    Adam(TrainingSettings(), 1, np.dtype(np.float64)).step(w, np.array([0.5]), learning_rate=0.001)
    assert w[0] == pytest.approx(-0.001, rel=1e-6)  # uncorrected it would be -0.00316


# Gradients of a network.


def test_that_every_layers_gradient_is_divided_by_the_same_number_of_samples() -> None:
    model, (x, labels) = network(), samples(3)
    once = gradient(model, x, labels)
    twice = gradient(model, np.concatenate([x, x]), np.concatenate([labels, labels]))
    np.testing.assert_allclose(twice, once, rtol=1e-10, atol=1e-15)


def test_that_no_row_or_column_is_left_out_at_the_end() -> None:
    x, weight = np.ones((1, 1, 6, 7)), np.ones((1, 1, 3, 2))
    y = ops.conv2d(x, weight)
    assert y.shape == (1, 1, 4, 6) and (y == 6).all()
    grad_input, _, _ = ops.conv2d_backward(np.ones_like(y), x, weight)
    assert (grad_input[..., -1, -1], grad_input[..., 0, 0]) == (1, 1)
    assert (ops.pool2d(x, 2, stride=1) == 1).all()


def test_that_whole_numbers_as_kernels_do_not_cut_their_gradient_off() -> None:
    x, weight = np.full((1, 1, 3, 3), 0.1), np.ones((1, 1, 2, 2), int)
    _, grad_weight, _ = ops.conv2d_backward(np.full((1, 1, 2, 2), 0.5), x, weight)
    assert grad_weight[0, 0].ravel().tolist() == pytest.approx([0.2] * 4)


def test_that_no_layer_uses_its_weights_after_an_update_of_its_own() -> None:
    report = check_model(network(), *samples(3), np.random.default_rng(2), samples=20)  # those of layers before it too
    assert report.passed, str(report)


def test_that_a_step_of_the_trainer_uses_every_gradient_at_the_weights_before_it() -> None:
    data = tiny.dataset(train=16)
    model = Model.build(tiny.architecture(), data.image_shape, np.random.default_rng(0))
    settings = TrainingSettings(
        epochs=1, batch_size=16, optimizer="momentum", momentum=0.0, learning_rate=0.5, validation=0.0
    )
    before = model.parameters.flat.copy()
    expected = before - 0.5 * gradient(model, data.train.images / np.float32(255), data.train.labels)
    list(Trainer(model, data, settings, threads=1).run())
    np.testing.assert_allclose(model.parameters.flat, expected, rtol=1e-5, atol=1e-6)


def test_that_gradients_start_from_zero_at_each_step() -> None:
    model, (x, labels) = network(), samples(4)
    shard = Pass(model)
    shard.loss_and_gradients(x, labels)
    first = shard.gradients.flat.copy()
    shard.loss_and_gradients(x, labels)
    assert (shard.gradients.flat == first).all()


def test_that_padding_is_cropped_from_rows_and_columns_and_not_from_the_batch() -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.standard_normal((5, 2, 4, 3)), rng.standard_normal((3, 2, 3, 3))
    d = rng.standard_normal((5, 3, 6, 5))
    grad_input, _, _ = ops.conv2d_backward(d, x, weight, padding=2)
    assert grad_input.shape == x.shape
    for n in range(5):
        alone, _, _ = ops.conv2d_backward(d[n : n + 1], x[n : n + 1], weight, padding=2)
        np.testing.assert_allclose(grad_input[n], alone[0], rtol=1e-12)


# Softmax.


def test_that_softmax_does_not_overflow() -> None:
    result = softmax_cross_entropy(np.array([[1e5], [0.0]], np.float32), np.array([1]), 1, Workspace(np.float32))
    assert result.total == pytest.approx(1e5)
    assert result.grad_scores[:, 0].tolist() == [1, -1]


def test_that_softmax_subtracts_each_samples_own_maximum() -> None:
    chain = Architecture((new_layer("softmax"),))
    model = Model.build(chain, (2,), np.random.default_rng(0))
    p = model.forward(np.array([[2000.0, 0.0], [0.0, 0.0]]))
    assert p.tolist() == [[1, 0], [0.5, 0.5]]  # with the batch's maximum the second row would be 0 / 0
    scores, labels = np.array([[2000.0, 0], [0, 0]]), np.array([0, 0])
    result = softmax_cross_entropy(scores, labels, 2, Workspace(np.float64))
    assert result.total == pytest.approx(np.log(2))
    assert result.grad_scores[:, 1].tolist() == [-0.25, 0.25]


# Records.


def test_that_the_curves_of_a_run_do_not_share_one_buffer() -> None:
    history = History()
    history.add_step(loss=2.0, accuracy=0.5)
    history.add_step(loss=1.0, accuracy=0.75)
    assert history.loss[:2].tolist() == [2, 1]
    assert history.accuracy[:2].tolist() == [0.5, 0.75]
