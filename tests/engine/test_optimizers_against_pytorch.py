"""Optimizers, gradient clipping and schedules beside PyTorch's, in float64, where PyTorch is installed.

Both compute the same formulas with factors in another order, so each step differs by a few roundings, 2e-16 of its
largest term. Adam and RMSprop divide by the root of the mean square, which is at least sqrt(1 - beta2), here 0.01, of
the largest gradient: that makes 1e-14 of the learning rate a step. 1e-12 leaves room for the steps of a walk.
"""

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import optimizers, schedules
from engine.clipping import clip
from engine.settings import TrainingSettings

torch: Any = pytest.importorskip("torch")
torch.set_num_threads(1)

TOLERANCE = 1e-12
SIZE = 4
DECAYING = np.array([True, True, False, True])
NUMBERS = st.floats(-100, 100) | st.sampled_from([0.0, -0.0, 1e-12, -1e-300])
WALKS = st.lists(
    st.tuples(st.lists(NUMBERS, min_size=SIZE, max_size=SIZE), st.floats(0, 1)), min_size=1, max_size=8
)  # (gradient, learning rate) of each step

THEIRS: dict[str, Any] = {
    "gradient descent": lambda groups, s: torch.optim.SGD(groups, lr=1.0),
    "momentum": lambda groups, s: torch.optim.SGD(groups, lr=1.0, momentum=s.momentum),
    "Nesterov": lambda groups, s: torch.optim.SGD(groups, lr=1.0, momentum=s.momentum, nesterov=True),
    "RMSprop": lambda groups, s: torch.optim.RMSprop(groups, lr=1.0, alpha=s.rho),
    "Adam": lambda groups, s: torch.optim.Adam(groups, lr=1.0, betas=(s.beta1, s.beta2)),
    "AdamW": lambda groups, s: torch.optim.AdamW(groups, lr=1.0, betas=(s.beta1, s.beta2)),
}


def drawn_settings(name: str, weight_decay: float) -> st.SearchStrategy[TrainingSettings]:
    own = {
        "momentum": st.floats(0.001, 0.999), "rho": st.floats(0, 0.9999), "beta2": st.floats(0.9, 0.9999),
        "beta1": st.floats(0.5, 0.95) | st.just(0.0),  # a smaller one PyTorch rounds away: it takes m + (1 - b1)(g - m)
    }  # fmt: skip
    return st.builds(TrainingSettings, optimizer=st.just(name), weight_decay=st.just(weight_decay), **own)


def theirs_walked(chosen: TrainingSettings, start: Any, walk: list[tuple[list[float], float]]) -> Any:
    """Return where PyTorch's optimizer gets to; weights that decay and those that do not are two groups."""
    decaying, fixed = (torch.tensor(start[where], requires_grad=True) for where in (DECAYING, ~DECAYING))
    groups = [{"params": [decaying], "weight_decay": chosen.weight_decay}, {"params": [fixed], "weight_decay": 0.0}]
    optimizer = THEIRS[chosen.optimizer](groups, chosen)
    for gradient, rate in walk:
        decaying.grad, fixed.grad = (torch.tensor(np.array(gradient)[where]) for where in (DECAYING, ~DECAYING))
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
    end = np.empty(SIZE)
    end[DECAYING], end[~DECAYING] = decaying.detach().numpy(), fixed.detach().numpy()
    return end


@pytest.mark.parametrize("weight_decay", [0.0, 0.0005, 0.3])
@pytest.mark.parametrize("name", optimizers.BY_NAME)
@settings(max_examples=40)
@given(data=st.data(), walk=WALKS, seed=st.integers(0, 2**32 - 1))
def test_that_optimizers_walk_as_pytorchs_do(
    name: str, weight_decay: float, data: st.DataObject, walk: list[tuple[list[float], float]], seed: int
) -> None:
    chosen = data.draw(drawn_settings(name, weight_decay))
    w = np.random.default_rng(seed).standard_normal(SIZE)
    expected = theirs_walked(chosen, w, walk)
    ours = optimizers.create(chosen, SIZE, w.dtype, DECAYING)
    for gradient, rate in walk:
        ours.step(w, np.array(gradient), rate)
    np.testing.assert_allclose(w, expected, rtol=TOLERANCE, atol=TOLERANCE * max(1, np.abs(expected).max()))


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_a_thousand_float32_steps_end_where_pytorchs_do(name: str) -> None:
    """Roundings of 6e-8 add up along the walk; a formula that is off would be further away than 1e-4."""
    chosen = TrainingSettings(optimizer=name, weight_decay=0.01)
    rng = np.random.default_rng(0)
    w = rng.standard_normal(SIZE).astype(np.float32)
    walk = [(list(rng.standard_normal(SIZE).astype(np.float32)), 0.001) for _ in range(1000)]
    expected = theirs_walked(chosen, w, walk)
    ours = optimizers.create(chosen, SIZE, w.dtype, DECAYING)
    for gradient, rate in walk:
        ours.step(w, np.array(gradient), rate)
    np.testing.assert_allclose(w, expected, rtol=1e-4, atol=1e-4)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9),
    st.floats(1e-3, 1e3) | st.sampled_from([1.0, 5.0]),
)
def test_that_clipping_is_pytorchs(values: list[float], limit: float) -> None:
    given_gradient, gradient = torch.zeros(len(values), dtype=torch.float64), np.array(values)
    given_gradient.grad = torch.tensor(values, dtype=torch.float64)
    norm = torch.nn.utils.clip_grad_norm_([given_gradient], limit)
    assert clip(gradient, limit) == pytest.approx(norm.item(), rel=TOLERANCE, abs=1e-150)
    np.testing.assert_allclose(gradient, given_gradient.grad.numpy(), rtol=TOLERANCE, atol=1e-300)


def theirs_followed(chosen: TrainingSettings, steps: int) -> list[float]:
    """Return the learning rate of each step by PyTorch's schedulers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=chosen.learning_rate)
    scheduler = _scheduler(chosen, steps, optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        with warnings.catch_warnings():  # of a call inside PyTorch that PyTorch advises against
            warnings.simplefilter("ignore", UserWarning)
            if len(rates) < steps:
                scheduler.step()
    return rates


def _scheduler(chosen: TrainingSettings, steps: int, optimizer: Any) -> Any:
    of = torch.optim.lr_scheduler
    if chosen.schedule == "one-cycle":
        return of.OneCycleLR(optimizer, chosen.learning_rate, total_steps=steps, cycle_momentum=False)
    warm = round(chosen.warm_up * steps)
    after: dict[str, Any] = {
        "constant": lambda: of.ConstantLR(optimizer, factor=1.0),
        "step": lambda: of.StepLR(optimizer, max(1, round(chosen.drop_every * (steps - warm))), chosen.drop),
        "cosine": lambda: of.CosineAnnealingLR(optimizer, T_max=steps - warm),
    }
    if not warm:
        return after[chosen.schedule]()
    rise = of.LinearLR(optimizer, start_factor=1 / (warm + 1), total_iters=warm)
    return of.SequentialLR(optimizer, [rise, after[chosen.schedule]()], milestones=[warm])


@pytest.mark.parametrize("name", schedules.BY_NAME)
@settings(max_examples=50)
@given(
    steps=st.integers(1, 60), warm_up=st.floats(0, 0.5), drop=st.floats(0.01, 1), every=st.floats(0.001, 1),
    learning_rate=st.floats(1e-6, 10),
)  # fmt: skip
def test_that_schedules_are_pytorchs_step_by_step(
    name: str, steps: int, warm_up: float, drop: float, every: float, learning_rate: float
) -> None:
    """PyTorch reaches a rate by factors from step to step, whose roundings add up: 1e-12 of the highest rate."""
    chosen = TrainingSettings(schedule=name, warm_up=warm_up, drop=drop, drop_every=every, learning_rate=learning_rate)
    ours = [schedules.rate(chosen, step, steps) for step in range(steps)]
    np.testing.assert_allclose(ours, theirs_followed(chosen, steps), rtol=0, atol=TOLERANCE * learning_rate)
