"""Every loss and its gradient beside PyTorch's, where PyTorch is installed.

In float64 both agree to a few units in the last place of the largest term, 1. In float32 ours is compared with
PyTorch's float64, so that what is tested is our own rounding: relative to each value, but for softmax cross-entropy,
where both take p - 1 and the logarithm of a sum near 1.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import losses
from engine.architecture import Architecture, new_layer
from engine.layer import Workspace
from engine.model import Model
from engine.passes import Pass
from tests.helpers.windows import SEEDS, Array

torch: Any = pytest.importorskip("torch", reason="PyTorch is the other implementation to compare with")
functional: Any = torch.nn.functional
torch.set_num_threads(1)


def cross_entropy(scores: Any, labels: Any) -> Any:
    return functional.cross_entropy(scores, labels)


def mean_squared_error(outputs: Any, labels: Any) -> Any:
    return functional.mse_loss(outputs, functional.one_hot(labels, outputs.shape[1]).to(outputs.dtype))


def binary_cross_entropy(scores: Any, labels: Any) -> Any:
    targets = functional.one_hot(labels, scores.shape[1]).to(scores.dtype)
    return functional.binary_cross_entropy_with_logits(scores, targets)


THEIRS: dict[str, Any] = {
    "cross-entropy": cross_entropy,
    "mean squared error": mean_squared_error,
    "binary cross-entropy": binary_cross_entropy,
}
EACH = pytest.mark.parametrize("name", sorted(THEIRS))


def test_that_every_loss_is_compared() -> None:
    assert THEIRS.keys() == losses.BY_NAME.keys()


def by_pytorch(name: str, scores: Array, labels: Array) -> tuple[float, Array]:
    """Return (mean loss, gradient (N, K)) in float64 for scores (N, K)."""
    leaf = torch.tensor(scores, dtype=torch.float64, requires_grad=True)
    loss = THEIRS[name](leaf, torch.tensor(labels))
    loss.backward()
    return loss.item(), leaf.grad.numpy()


def ours(name: str, scores: Array, labels: Array) -> tuple[float, Array]:
    result = losses.BY_NAME[name](scores.T, labels, len(labels), Workspace(scores.dtype))
    assert result.grad_scores.dtype == scores.dtype
    return result.total / len(labels), result.grad_scores.T


@EACH
@settings(max_examples=60)
@given(st.integers(2, 12), st.integers(1, 6), st.floats(0.01, 300), SEEDS)
def test_that_the_loss_and_its_gradient_are_pytorchs(name: str, classes: int, n: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, labels = spread * rng.standard_normal((n, classes)), rng.integers(0, classes, n)
    loss, gradient = ours(name, scores, labels)
    their_loss, their_gradient = by_pytorch(name, scores, labels)
    assert loss == pytest.approx(their_loss, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(gradient, their_gradient, rtol=1e-11, atol=1e-15)


@EACH
@settings(max_examples=60)
@given(st.integers(2, 12), st.integers(1, 6), st.sampled_from([1.0, 10.0, 100.0, 1e4]), SEEDS)
def test_that_float32_keeps_what_its_digits_can_hold(name: str, classes: int, n: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = (spread * rng.uniform(-1, 1, (n, classes))).astype(np.float32)
    scores.flat[: min(2, scores.size)] = -spread, spread
    labels = rng.integers(0, classes, n)
    loss, gradient = ours(name, scores, labels)
    their_loss, their_gradient = by_pytorch(name, scores, labels)
    lost = 1e-6 if name == "cross-entropy" else 1e-14
    assert loss == pytest.approx(their_loss, rel=2e-6, abs=lost)
    np.testing.assert_allclose(gradient, their_gradient, rtol=1e-5, atol=lost)


ENDINGS = {
    "cross-entropy": ("softmax",),
    "mean squared error": ("softmax", "sigmoid", "dense"),
    "binary cross-entropy": ("sigmoid",),
}


@pytest.mark.parametrize(("name", "ending"), [(name, end) for name, ends in ENDINGS.items() for end in ends])
def test_that_a_network_with_each_ending_has_pytorchs_gradients(name: str, ending: str) -> None:
    chain = [new_layer("flatten"), new_layer("dense", units=5), new_layer("tanh"), new_layer("dense", units=3)]
    chain += [new_layer(ending)] if ending != "dense" else []
    model = Model.build(Architecture(tuple(chain)), (2, 3, 2), np.random.default_rng(0), np.float64)
    rng = np.random.default_rng(1)
    x, labels, shard = 3 * rng.standard_normal((4, 2, 3, 2)), rng.integers(0, 3, 4), Pass(model, name)
    result = shard.loss_and_gradients(x, labels)
    leaves = [torch.tensor(v, requires_grad=True) for views in model.parameters.layers for v in views.values()]
    scores = torch.tanh(torch.tensor(x).flatten(1) @ leaves[0].T + leaves[1]) @ leaves[2].T + leaves[3]
    activation = {"softmax": lambda z: z.softmax(1), "sigmoid": torch.sigmoid, "dense": lambda z: z}[ending]
    theirs = THEIRS[name](activation(scores) if name == "mean squared error" else scores, torch.tensor(labels))
    theirs.backward()
    assert result.total / 4 == pytest.approx(theirs.item(), rel=1e-12)
    np.testing.assert_allclose(
        shard.gradients.flat, np.concatenate([leaf.grad.numpy().ravel() for leaf in leaves]), rtol=1e-10, atol=1e-14
    )
