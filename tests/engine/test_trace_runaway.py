"""What is taken apart of a network whose numbers ran away: no numbers, and no warning, which would be an error here."""

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.model import Model
from engine.trace import attribution, occlusion
from engine.trace.activation import ActivationTrace
from engine.trace.batch_norm import BatchNormTrace
from engine.trace.convolution import ConvolutionTrace, largest_difference
from engine.trace.dense import DenseTrace
from engine.trace.dropout import DropoutTrace
from engine.trace.global_average import GlobalAverageTrace
from engine.trace.record import Trace
from engine.trace.tracer import Tracer

CONV, TANH, NORM, DROP, MEAN, DENSE = range(6)
LAYERS = (
    new_layer("conv2d", filters=3, kernel_size=2), new_layer("tanh"), new_layer("batch_norm"), new_layer("dropout"),
    new_layer("global_average_pool"), new_layer("dense", units=2), new_layer("softmax"),
)  # fmt: skip
IMAGE = np.array([[[0, 1, 0.5], [1, 0, 1], [0, 0, 1]]], np.float32)


@pytest.fixture(params=[0, 1, 2])
def trace(request: pytest.FixtureRequest) -> Trace:
    """The trace of a network with infinities of both signs, zeros and huge numbers for weights."""
    model, rng = Model.build(Architecture(LAYERS), IMAGE.shape, np.random.default_rng(0)), request.param
    pool = np.array([np.inf, -np.inf, 0, 1, -1, 1e38], np.float32)
    model.parameters.flat[...] = np.random.default_rng(rng).choice(pool, model.parameters.flat.shape)
    return Tracer(model).trace(IMAGE[None], np.array([1]))


def test_that_a_correlation_of_infinities_can_be_stepped_through(trace: Trace) -> None:
    convolution = ConvolutionTrace(trace.layers[CONV])
    for f in range(3):
        ways = convolution.forward(f), convolution.full(0), convolution.weight_gradient(f, 0)
        for correlation in ways:
            terms = correlation.terms(0, 0)
            np.testing.assert_equal(terms.total, float(correlation.output[0, 0]))
        assert convolution.cropped(0).shape == convolution.col2im(0).shape == (3, 3)
    assert convolution.bias_gradient.shape == (3,)
    assert np.isnan(largest_difference(np.array([1, np.inf]), np.array([0, np.inf])))


def test_that_the_other_layers_can_be_taken_apart(trace: Trace) -> None:
    norm, mean, dense = BatchNormTrace(trace.layers[NORM]), trace.layers[MEAN], DenseTrace(trace.layers[DENSE])
    assert norm.line[0].shape == norm.line[1].shape == (3,)
    assert norm.normalised.shape == DropoutTrace(trace.layers[DROP], DROP, (0, 0)).output.shape == (3, 2, 2)
    assert GlobalAverageTrace(mean).sums.shape == dense.contributions(0).shape == dense.sums_so_far(0).shape == (3,)
    assert ActivationTrace(trace.layers[TANH]).curve(np.array([0.0, np.inf])).y[1] == 1
    assert trace.scoring.softmax.probabilities.shape == trace.scoring.terms.shape == (2,)


def test_that_the_answers_to_why_are_maps(trace: Trace) -> None:
    assert attribution.input_gradient(trace, 0).shape == IMAGE.shape
    assert attribution.enlarged(attribution.grad_cam(trace, 0, TANH), (3, 3)).shape == (3, 3)
    pieces = occlusion.occlusion(trace, 0, occlusion.Patch((2, 2), (1, 1)))
    with pytest.raises(StopIteration) as end:
        while True:
            next(pieces)
    assert end.value.value.logit.shape == (3, 3)
