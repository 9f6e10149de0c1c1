"""Central differences against backward: does each gradient say how the loss really changes?

For a cell w the slope n = (L(w + e) - L(w - e)) / 2e, in float64, is compared with the gradient a of backward:
error = |a - n| / max(|a|, |n|, FLOOR). With e = 1e-5 the slope itself is right to about e^2 (its Taylor rest) plus
1e-16 |L| / e (rounding), some 1e-10; FLOOR keeps that from counting where the gradient is zero, and is raised where
the outputs are large. Over a million cells of every layer type a correct gradient stayed below 4e-6; a wrong one is
rarely below 1e-3.

ReLU and max pooling have kinks, where no derivative exists and backward picks a side. So the check is made at
random points, where nothing is exactly tied, and a cell that disagrees because a kink lies within its step,
so that the slopes left and right of w differ, is counted in ``kinks`` and gets no verdict. A wrong gradient
cannot hide there: whether the slopes differ is decided by forward alone.

Ties have a check of their own: where all equal inputs of a layer that picks move together, what it picks moves with
them, so there is a slope, and it is the sum of their gradients, whichever of them backward has chosen.
"""

from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.architecture import Architecture, LayerSpec
from engine.differences import EPSILON, TIE_DECIMALS, Differences, Target, drawn, equal
from engine.faults import Fault
from engine.gradreport import GradientReport
from engine.layer import Array, LayerConfig, Part, Shape
from engine.model import Model
from engine.passes import Pass, in_field_order
from engine.pieces import finished
from engine.shapes import CROSS_ENTROPY

INPUT, TIES = "input", "equal inputs together"


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
    model = Model.build(_alone(config), input_shape, rng, np.float64)
    model.parameters.learned += 0.1 * rng.standard_normal(
        model.parameters.learned.shape
    )  # zero biases are a special case
    x = np.round(rng.standard_normal((batch, *input_shape)))  # with ties
    return finished(layer_check(config, x, model.parameters.layers[0], rng, epsilon, samples, 0.3, training))


def layer_check(
    config: LayerConfig,
    x: Array,
    parameters: Mapping[str, Array],
    rng: np.random.Generator,
    epsilon: float = EPSILON,
    samples: int | None = None,
    jitter: float = 0.01,
    training: bool = True,
    faults: Collection[Fault] = (),
) -> Generator[float, None, GradientReport]:
    """Check one layer with its own parameters near an input of its own, cell by cell; L as in ``check_layer``.

    It yields the share of the cells that is done, after each of them.

    Args:
        config: the layer; it must fit *x*.
        x: (N, C, H, W) or (N, features).
        parameters: the layer's learned arrays and statistics, by name; they are copied.
        rng: draws the jitter, L and the cells.
        epsilon: half the step of a central difference.
        samples: cells to check of each array, drawn at random; None checks all.
        jitter: standard deviation of what is added to each input, so that none is exactly at a kink.
        training: check the layer as it works in training, rather than as it evaluates.
        faults: deliberate ones of its backward.

    Raises:
        BadInputError: a layer that does not fit *x*.
    """
    model = _with_parameters(config, x.shape[1:], parameters, faults)
    direction = rng.standard_normal((len(x), *model.output_shape))
    tied, x = np.round(x.astype(float), TIE_DECIMALS), x + jitter * rng.standard_normal(x.shape)
    run = _Run(Pass(model), Part(training, batch=len(x)), direction)
    groups = equal(tied, samples) if config.build(x.shape[1:]).picks else ()
    targets = [Target(TIES, tied, run.gradient(tied), groups, partial(run.outputs, tied))] if groups else []
    targets += _targets(model, run.shard, x, run.gradient(x), partial(run.outputs, x), rng, samples)
    return (yield from Differences(direction, epsilon).report(targets))


def check_model(
    model: Model,
    x: Array,
    labels: Array,
    rng: np.random.Generator,
    epsilon: float = EPSILON,
    samples: int | None = None,
    jitter: float = 0.01,
    loss: str = CROSS_ENTROPY,
    told: Callable[[float], None] = lambda share: None,
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
        told: called with the share of the cells that is done, after each of them.
    """
    double = Model(model.architecture, model.input_shape, np.float64)
    double.parameters.flat[...] = model.parameters.flat
    double.parameters.learned += jitter * rng.standard_normal(double.parameters.learned.shape)
    x = x + jitter * rng.standard_normal(x.shape)
    shard, part = Pass(double, loss), Part(training=True, batch=len(x))

    def outputs() -> Array:
        return np.array(shard.loss(x, labels, part).total / len(x))

    result = shard.loss(x, labels, part)
    gradient = shard.backward_from_scores(result.grad_scores).copy()
    targets = _targets(double, shard, x, gradient, outputs, rng, samples)
    return finished(Differences(np.array(1.0), epsilon).report(targets), told)


@dataclass(frozen=True, slots=True)
class _Run:
    """Runs a layer forward and back, for L = sum of its output times *direction*."""

    shard: Pass
    part: Part
    direction: Array

    def outputs(self, x: Array) -> Array:
        """Return what the layer makes of x (N, ...), in the field's order."""
        return in_field_order(self.shard.activations(x, self.part)[-1]).copy()

    def gradient(self, x: Array) -> Array:
        """Return dL/dx; those of the parameters are the shard's then."""
        self.shard.activations(x, self.part)
        return self.shard.backward(self.direction).copy()


def _with_parameters(
    config: LayerConfig, shape: Shape, parameters: Mapping[str, Array], faults: Collection[Fault]
) -> Model:
    """Return a model of one layer in float64, with copies of *parameters*."""
    alone = _alone(config)
    model = Model(alone, shape, np.float64, faults={alone.layers[0].uid: faults} if faults else None)
    for name, values in parameters.items():
        model.parameters.layers[0][name][...] = values
    return model


def _alone(config: LayerConfig) -> Architecture:
    return Architecture((LayerSpec("checked", config),))


def _targets(
    model: Model,
    shard: Pass,
    x: Array,
    gradient: Array,
    outputs: Callable[[], Array],
    rng: np.random.Generator,
    samples: int | None,
) -> list[Target]:
    """Return the input and every learned array, each with the cells of it that are checked."""
    arrays = [(INPUT, x, gradient)]
    several = len(model.layers) > 1
    for position, spec in enumerate(model.architecture.layers):
        of = f"layer {position + 1} ({spec.type.label}) " if several else ""
        for name, gradient in shard.gradients.layers[position].items():
            arrays.append((of + name, model.parameters.layers[position][name], gradient))
    return [Target(*array, drawn(array[1].size, rng, samples), outputs) for array in arrays]
