"""Deliberate faults: the gradient check finds each where it changes something, and nothing else ever meets them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import faults
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data.dataset import Batch
from engine.errors import BadInputError
from engine.faults import DIVIDED_TWICE, DOUBLED, MISPLACED, UNDILATED, UNDIVIDED, UNROTATED, Fault
from engine.gradcheck import layer_check
from engine.gradreport import GradientReport
from engine.layer import LayerConfig, Part, Shape
from engine.layers.batch_norm import BatchNormConfig
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.pool import Pool2DConfig
from engine.layers.pool_global import GlobalAveragePoolConfig
from engine.model import Model
from engine.parallel import Shards
from engine.passes import Pass
from engine.pieces import finished
from engine.settings import TrainingSettings
from engine.trace.convolution import ConvolutionTrace
from engine.trace.record import LayerTrace
from engine.trace.tracer import Tracer
from engine.trainer import Trainer
from tests.helpers import tiny
from tests.helpers.layers import Array, Sliding, slidings
from tests.helpers.windows import SEEDS, Convolution, convolutions

MEAN, MAX = Pool2DConfig(mode="mean"), Pool2DConfig()
STRIDED = Conv2DConfig(2, kernel_size=(3, 2), stride=(2, 3), padding=(1, 0))
FOUND: list[tuple[Fault, LayerConfig, Shape]] = [
    (UNDILATED, STRIDED, (2, 8, 9)),
    (UNROTATED, Conv2DConfig(2, kernel_size=(1, 2)), (2, 4, 5)),
    (UNROTATED, Conv2DConfig(4, padding=(1, 1), groups=2), (2, 4, 5)),
    (MISPLACED, STRIDED, (2, 8, 10)),
    (DOUBLED, MAX, (2, 4, 6)),
    (DOUBLED, Pool2DConfig(mode="min", size=(3, 2), stride=(1, 2), padding=(1, 0)), (2, 4, 6)),
    (UNDIVIDED, MEAN, (2, 4, 6)),
    (UNDIVIDED, GlobalAveragePoolConfig(), (2, 4, 6)),
    (DIVIDED_TWICE, Conv2DConfig(2), (2, 4, 5)),
    (DIVIDED_TWICE, DenseConfig(3), (5,)),
    (DIVIDED_TWICE, BatchNormConfig(), (2, 4, 5)),
]
IDLE: list[tuple[Fault, LayerConfig, Shape, str]] = [
    (UNDILATED, Conv2DConfig(2), (1, 5, 5), "the stride is 1"),
    (UNROTATED, Conv2DConfig(2, kernel_size=(1, 1), stride=(2, 2)), (1, 5, 5), "the one cell of the kernel"),
    (UNROTATED, Conv2DConfig(2, kernel_size=(1, 3), padding=(0, 1)), (1, 1, 1), "the one cell of the kernel"),
    (MISPLACED, Conv2DConfig(2, stride=(2, 2)), (1, 5, 7), "r = 0"),
    (DOUBLED, Pool2DConfig(size=(1, 1), stride=(1, 1)), (1, 5, 5), "no window has two equal winners"),
    (UNDIVIDED, Pool2DConfig(mode="mean", size=(1, 1)), (1, 5, 5), "the mean of a single value"),
    (UNDIVIDED, GlobalAveragePoolConfig(), (4, 1, 1), "the mean of a single value"),
]


def check(config: LayerConfig, shape: Shape, chosen: tuple[Fault, ...], seed: int = 0) -> GradientReport:
    """Check a layer with random weights near an input with ties."""
    rng = np.random.default_rng(seed)
    parameters = {name: rng.standard_normal(of) for name, of in config.array_shapes(shape).items()}
    x = np.round(rng.standard_normal((2, *shape)))
    return finished(layer_check(config, x, parameters, rng, jitter=0.3, faults=chosen))


def gradients(config: LayerConfig, x: Array, chosen: tuple[Fault, ...], seed: int = 0) -> list[Array]:
    """Return dL/dX and those of the parameters of one layer, for L = outputs times random numbers."""
    rng = np.random.default_rng(seed)
    model = Model(Architecture((LayerSpec("a", config),)), x.shape[1:], np.float64, faults={"a": chosen})
    model.parameters.flat[...] = rng.standard_normal(model.parameters.flat.shape)
    shard = Pass(model)
    y = shard.activations(x, Part(training=True, batch=len(x)))[-1]
    assert y.size
    grad_input = shard.backward(rng.standard_normal((len(x), *model.output_shape))).copy()
    return [grad_input, *(view.copy() for view in shard.gradients.layers[0].values())]


@pytest.mark.parametrize(("fault", "config", "shape"), FOUND)
def test_that_the_check_finds_each_fault_and_nothing_without_it(
    fault: Fault, config: LayerConfig, shape: Shape
) -> None:
    assert fault in faults.suiting(config)
    assert not check(config, shape, (fault,)).passed
    assert check(config, shape, ()).passed
    assert check(config, shape, tuple(other for other in faults.ALL if not other.suits(config))).passed
    x = np.zeros(shape)
    assert fault.idle(config, x) == ""


@pytest.mark.parametrize(("fault", "config", "shape", "why"), IDLE)
def test_that_a_fault_which_changes_nothing_says_why(fault: Fault, config: LayerConfig, shape: Shape, why: str) -> None:
    assert fault in faults.suiting(config)
    assert fault.idle(config, np.zeros(shape)).startswith(why)
    assert check(config, shape, (fault,)).passed


def test_that_every_fault_is_found_somewhere_and_every_kind_of_idleness_is_known() -> None:
    assert {fault for fault, *_ in FOUND} == {*faults.ALL}
    assert {fault for fault, *_ in IDLE} == {*faults.ALL} - {DIVIDED_TWICE}


def test_that_ties_are_those_of_the_input() -> None:
    x = np.arange(16.0).reshape(1, 4, 4)
    assert DOUBLED.idle(MAX, x) == "no window has two equal winners"
    x[0, 2, 2:] = 15
    assert DOUBLED.idle(MAX, x) == ""
    assert DOUBLED.idle(Pool2DConfig(mode="min"), x) != ""  # equal, but no winners


@settings(max_examples=60)
@given(slidings(padded_windows=False), st.sampled_from([UNDILATED, UNROTATED, MISPLACED]), SEEDS)
def test_that_a_fault_changes_the_gradients_exactly_where_it_is_not_idle(
    sliding: Sliding, fault: Fault, seed: int
) -> None:
    config = Conv2DConfig(2, sliding.kernel, sliding.stride, sliding.padding)
    x = np.random.default_rng(seed).standard_normal((2, 2, *sliding.size))
    right, wrong = gradients(config, x, (), seed), gradients(config, x, (fault,), seed)
    same = all(np.allclose(a, b, rtol=1e-9, atol=1e-9) for a, b in zip(right, wrong, strict=True))
    assert same == bool(fault.idle(config, x[0]))


@settings(max_examples=60)
@given(convolutions(), st.sets(st.sampled_from([UNDILATED, UNROTATED, MISPLACED])), SEEDS)
def test_that_the_stages_of_a_trace_have_the_same_faults(
    convolution: Convolution, chosen: set[Fault], seed: int
) -> None:
    reading, (x, weight, _, d) = convolution.reading, convolution.arguments(seed)
    config = Conv2DConfig(
        convolution.filters, reading.kernel, reading.stride, reading.padding, reading.dilation, convolution.groups,
        bias=False,
    )  # fmt: skip
    model = Model(Architecture((LayerSpec("a", config),)), x.shape[1:], np.float64, faults={"a": chosen})
    model.parameters.layers[0]["weight"][...] = weight
    shard = Pass(model)
    y = shard.activations(x[:1])[-1]
    grad_input, grads = shard.backward(d[:1])[0], shard.gradients.layers[0]
    spec = model.architecture.layers[0]
    layer = LayerTrace(spec, {"weight": weight}, x[0], y, grad_input, d[0], grads, frozenset(chosen))
    trace = ConvolutionTrace(layer)
    for channel in range(convolution.channels):
        np.testing.assert_allclose(trace.cropped(channel), grad_input[channel], atol=1e-9)
    for f, k in product(range(convolution.filters), range(weight.shape[1])):
        np.testing.assert_allclose(trace.weight_gradient(f, k).output, grads["weight"][f, k], atol=1e-9)


def test_ties_by_hand() -> None:
    x = np.array([[[[0.0, 0, 3, 3], [0, 0, 1, 3]]]])
    (right,), (wrong,) = (gradients(MAX, x, chosen) for chosen in ((), (DOUBLED,)))
    first, second = right[0, 0, 0, 0], right[0, 0, 0, 2]
    assert wrong.tolist() == [[[[first, first, second, second], [first, first, 0, second]]]]


def test_shares_of_a_mean_by_hand() -> None:
    x = np.ones((1, 1, 2, 4))
    (right,), (wrong,) = (gradients(MEAN, x, chosen) for chosen in ((), (UNDIVIDED,)))
    np.testing.assert_allclose(wrong, 4 * right)


def test_a_second_division_by_hand() -> None:
    x = np.random.default_rng(0).random((5, 3))
    right, wrong = (gradients(DenseConfig(2), x, chosen) for chosen in ((), (DIVIDED_TWICE,)))
    assert (right[0] == wrong[0]).all()
    for mine, spoilt in zip(right[1:], wrong[1:], strict=True):
        np.testing.assert_allclose(spoilt, mine / 5)


# In a network.


def strided() -> Architecture:
    """Return two convolutions with every stage of the way back, and what follows."""
    first, second = (
        new_layer("conv2d", filters=3, kernel_size=2),
        new_layer("conv2d", filters=2, kernel_size=2, stride=2),
    )
    return Architecture((first, second, *tiny.architecture().layers[3:]))


def network() -> Model:
    """Return a network whose second layer has two faults."""
    chain = strided()
    chosen = {chain.layers[1].uid: [UNROTATED, DIVIDED_TWICE]}
    model = Model(chain, (1, 8, 8), np.float32, faults=chosen)
    model.parameters.flat[...] = 0.3 * np.random.default_rng(0).standard_normal(model.parameters.flat.shape)
    return model


def without(model: Model) -> Model:
    """Return the same network without faults."""
    other = Model(model.architecture, model.input_shape, np.float32)
    other.parameters.flat[...] = model.parameters.flat
    return other


def test_that_forward_is_the_same_bit_for_bit_and_so_are_gradients_after_the_fault() -> None:
    model = network()
    right, batch = without(model), Batch(tiny.dataset().train.take(np.arange(16)))
    passes = [Pass(each) for each in (model, right)]
    x, labels = batch.inputs(slice(None)), batch.samples.labels
    losses = [shard.loss_and_gradients(x, labels).total for shard in passes]
    assert losses[0] == losses[1]
    wrong, true = (shard.gradients.layers for shard in passes)
    assert all((wrong[-2][name] == true[-2][name]).all() for name in true[-2])
    np.testing.assert_allclose(wrong[1]["weight"], true[1]["weight"] / 16, rtol=1e-5)
    assert not np.allclose(wrong[0]["weight"], true[0]["weight"], rtol=1e-2)


def test_that_a_trace_has_the_faults_of_the_model_or_others() -> None:
    model = network()
    x, labels = np.random.default_rng(1).random((1, 1, 8, 8)), np.array([1])
    traces = [Tracer(each, faults=chosen).trace(x, labels) for each, chosen in
              ((model, None), (without(model), model.faults), (without(model), None))]  # fmt: skip
    assert traces[0].layers[1].faults == traces[1].layers[1].faults == {UNROTATED, DIVIDED_TWICE}
    assert not traces[0].layers[0].faults and not traces[2].layers[1].faults
    assert (traces[0].layers[0].grad_output == traces[1].layers[0].grad_output).all()
    assert not np.allclose(traces[0].layers[0].grad_output, traces[2].layers[0].grad_output)
    assert (traces[0].layers[1].grad_output == traces[2].layers[1].grad_output).all()


def test_that_a_mini_batch_with_faults_stays_in_one_part() -> None:
    model, batch = network(), Batch(tiny.dataset().train)
    found = []
    for threads in (1, 3):
        shards = Shards(model, threads)
        shards.train(batch)
        found.append(shards.gradient.copy())
        shards.close()
    assert (found[0] == found[1]).all()


def test_that_a_run_with_faults_trains_otherwise_and_is_never_saved() -> None:
    chosen = TrainingSettings(epochs=1, batch_size=16)
    model = network()
    right = without(model)
    trainers = [Trainer(each, tiny.dataset(), chosen, threads=1) for each in (model, right)]
    with pytest.raises(BadInputError, match="faults is never saved"):
        trainers[0].state()
    for trainer in trainers:
        assert all(trainer.run())
    assert not np.allclose(model.parameters.flat, right.parameters.flat)
    with pytest.raises(BadInputError, match="faults is never saved"):
        trainers[0].state()
    trainers[1].state()


def test_that_the_loss_shows_the_damage() -> None:
    model = network()
    everywhere = {spec.uid: [DIVIDED_TWICE] for spec in model.architecture.layers}
    spoilt = Model(model.architecture, model.input_shape, np.float32, faults=everywhere)
    losses = []
    for each in (without(model), spoilt):
        each.parameters.flat[...] = model.parameters.flat
        chosen = TrainingSettings(epochs=10, batch_size=16, optimizer="gradient descent", learning_rate=0.3)
        trainer = Trainer(each, tiny.dataset(), chosen, threads=1)
        assert all(trainer.run())
        losses.append(trainer.history.epochs[-1].train_loss)
    assert losses[1] > 2 * losses[0]


def test_that_faults_that_do_not_suit_a_layer_leave_it_as_it_is() -> None:
    chain = strided()
    everywhere = {spec.uid: [DOUBLED, UNDIVIDED] for spec in chain.layers}
    model = Model(chain, (1, 8, 8), np.float32, faults=everywhere)
    plain = Model(chain, (1, 8, 8), np.float32)
    assert [type(layer) for layer in model.layers] == [type(layer) for layer in plain.layers]
