"""Central differences against backward: does each gradient say how the loss really changes?

For a cell w the slope n = (L(w + e) - L(w - e)) / 2e, in float64, is compared with the gradient a of backward:
error = |a - n| / max(|a|, |n|, FLOOR). With e = 1e-5 the slope itself is right to about e^2 (its Taylor rest) plus
1e-16 |L| / e (rounding), some 1e-10; FLOOR keeps that from counting where the gradient is zero. Over a million
cells of every layer type a correct gradient stayed below 4e-6; a wrong one is rarely below 1e-3.

ReLU and max pooling have kinks, where no derivative exists and backward picks a side. So the check is made at
random points, where nothing is exactly tied, and a cell that disagrees because a kink lies within its step,
so that the slopes left and right of w differ, is counted in ``kinks`` and gets no verdict. A wrong gradient
cannot hide there: whether the slopes differ is decided by forward alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.architecture import Architecture, LayerSpec
from engine.layer import Array, LayerConfig, Part, Shape
from engine.model import Model, Pass, in_field_order
from engine.shapes import CROSS_ENTROPY

EPSILON = 1e-5
TOLERANCE = 1e-5
FLOOR = 1e-4
SIDES = 0.1  # a kink's slopes left and right differ by more than this share of the disagreement


@dataclass(frozen=True, slots=True)
class ArrayCheck:
    """How well backward and central differences agree on one array: the input, or one parameter of one layer.

    Attributes:
        name: 'input', 'weight' or, of a whole network, 'layer 1 (Convolution) weight'.
        error: the largest relative error; NaN where no cell could be compared.
        index: the cell that has it, in the field's order.
        analytic: backward's value there.
        numeric: the central difference there.
        compared: cells with a verdict.
        kinks: cells without one.
    """

    name: str
    error: float
    index: tuple[int, ...]
    analytic: float
    numeric: float
    compared: int
    kinks: int

    @property
    def passed(self) -> bool:
        """Whether every compared cell agrees, and there was one."""
        return self.error <= TOLERANCE


@dataclass(frozen=True, slots=True)
class GradientReport:
    """The verdict on every array: the input first, then the parameters from first to last layer."""

    arrays: tuple[ArrayCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether no array is wrong, and one was compared: where all cells are at kinks there is nothing to say."""
        verdicts = [array.passed for array in self.arrays if array.compared]
        return bool(verdicts) and all(verdicts)

    def __str__(self) -> str:
        return "\n".join(
            f"{'ok  ' if a.passed else 'FAIL'} {a.name}: relative error {a.error:.1e} at {a.index}, backward"
            f" {a.analytic:.6g}, central difference {a.numeric:.6g} ({a.compared} compared, {a.kinks} at kinks)"
            for a in self.arrays
        )


def check_layer(
    config: LayerConfig,
    input_shape: Shape,
    rng: np.random.Generator,
    epsilon: float = EPSILON,
    samples: int | None = None,
    batch: int = 2,
    training: bool = True,
) -> GradientReport:
    """Check one layer at a random input and random parameters, for L = sum of output times fixed random numbers.

    Args:
        config: the layer; it must fit *input_shape*.
        input_shape: of one sample, (C, H, W) or (features,).
        rng: draws the input, the parameters and the cells.
        epsilon: half the step of a central difference.
        samples: cells to check of each array, drawn at random; None checks all.
        batch: samples in the input.
        training: check the layer as it works in training, rather than as it evaluates.

    Raises:
        BadInputError: a layer that does not fit *input_shape*.
    """
    model = Model.build(Architecture((LayerSpec("checked", config),)), input_shape, rng, np.float64)
    model.parameters.learned += 0.1 * rng.standard_normal(
        model.parameters.learned.shape
    )  # zero biases are a special case
    x = rng.standard_normal((batch, *input_shape))
    direction = rng.standard_normal((batch, *model.output_shape))
    shard, part = Pass(model), Part(training, batch=batch)

    def objective() -> float:
        return float(np.vdot(in_field_order(shard.activations(x, part)[-1]), direction))

    objective()
    gradient = shard.backward(direction)
    return _report(model, shard, x, gradient, _Differences(objective, rng, epsilon, samples))


def check_model(
    model: Model,
    x: Array,
    labels: Array,
    rng: np.random.Generator,
    epsilon: float = EPSILON,
    samples: int | None = None,
    jitter: float = 0.01,
    loss: str = CROSS_ENTROPY,
    told: Callable[[], None] = lambda: None,
) -> GradientReport:
    """Check a whole network as it is trained: L = the mean loss of *x*. *model* is left as it is.

    Args:
        model: its last layer must suit *loss*.
        x: (N, C, H, W).
        labels: (N,) whole numbers from 0 to K - 1.
        rng: draws the jitter and the cells.
        epsilon: half the step of a central difference.
        samples: cells to check of each array, drawn at random; None checks all.
        jitter: standard deviation of what is added to each pixel and parameter. Without it, blank pixels and
            zero biases tie exactly: no gradient is right there, and a disagreement means nothing.
        loss: one of ``engine.losses.BY_NAME``.
        told: called after each array.
    """
    double = Model(model.architecture, model.input_shape, np.float64)
    double.parameters.flat[...] = model.parameters.flat
    double.parameters.learned += jitter * rng.standard_normal(double.parameters.learned.shape)
    x = x + jitter * rng.standard_normal(x.shape)
    shard, part = Pass(double, loss), Part(training=True, batch=len(x))

    def objective() -> float:
        return shard.loss(x, labels, part).total / len(x)

    result = shard.loss(x, labels, part)
    gradient = shard.backward_from_scores(result.grad_scores)
    return _report(double, shard, x, gradient, _Differences(objective, rng, epsilon, samples, told))


@dataclass(frozen=True, slots=True)
class _Differences:
    """Takes the slopes of *objective*, which reads the arrays that are changed in place."""

    objective: Callable[[], float]
    rng: np.random.Generator
    epsilon: float
    samples: int | None
    told: Callable[[], None] = lambda: None

    def check(self, name: str, values: Array, gradient: Array) -> ArrayCheck:
        """Compare *gradient* with the slopes along each cell, or a sample of cells, of *values*."""
        cells = np.arange(values.size)
        if self.samples is not None and self.samples < values.size:
            cells = self.rng.choice(values.size, self.samples, replace=False)
        flat = values.reshape(-1)  # a view: every array here is contiguous
        centre = self.objective()
        slopes = np.array([self._slopes(flat, cell, centre) for cell in cells.tolist()])
        self.told()
        return _verdict(name, values.shape, cells, gradient.reshape(-1)[cells], slopes)

    def _slopes(self, flat: Array, cell: int, centre: float) -> tuple[float, float]:
        """Return the slopes left and right of one cell, which is then as before."""
        before = flat[cell]
        flat[cell] = before - self.epsilon
        left = (centre - self.objective()) / self.epsilon
        flat[cell] = before + self.epsilon
        right = (self.objective() - centre) / self.epsilon
        flat[cell] = before
        return left, right


def _report(model: Model, shard: Pass, x: Array, gradient: Array, differences: _Differences) -> GradientReport:
    gradients = [("input", x, np.array(gradient))]  # a copy: the next pass writes to the buffer it lies in
    several = len(model.layers) > 1
    for position, spec in enumerate(model.architecture.layers):
        of = f"layer {position + 1} ({spec.type.label}) " if several else ""
        for name, gradient in shard.gradients.layers[position].items():
            gradients.append((of + name, model.parameters.layers[position][name], gradient))
    return GradientReport(tuple(differences.check(*each) for each in gradients))


def _verdict(
    name: str, shape: Shape, cells: npt.NDArray[np.intp], analytic: Array, slopes: npt.NDArray[np.float64]
) -> ArrayCheck:
    numeric, apart = slopes.mean(axis=1), np.abs(slopes[:, 1] - slopes[:, 0])
    wrong = np.abs(analytic - numeric)
    error = wrong / np.maximum(np.maximum(np.abs(analytic), np.abs(numeric)), FLOOR)
    kink = (error > TOLERANCE) & (apart > SIDES * wrong)
    worst = int(np.where(kink, -1, error).argmax())
    kinks = int(np.count_nonzero(kink))
    largest = float("nan") if kinks == len(cells) else float(error[worst])
    index = tuple(int(i) for i in np.unravel_index(cells[worst], shape))
    return ArrayCheck(name, largest, index, float(analytic[worst]), float(numeric[worst]), len(cells) - kinks, kinks)
