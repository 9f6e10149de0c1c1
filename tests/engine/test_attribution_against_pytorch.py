"""Slopes of a logit, Grad-CAM and its enlargement beside PyTorch's, in float64, where PyTorch is installed."""

from typing import Any

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.model import Model
from engine.trace.attribution import enlarged, grad_cam, input_gradient
from engine.trace.contributions import contributions
from engine.trace.tracer import Tracer

torch: Any = pytest.importorskip("torch")
functional: Any = torch.nn.functional

LAYERS = (
    new_layer("conv2d", filters=5, stride=2, padding=1), new_layer("relu"), new_layer("pool2d"), new_layer("flatten"),
    new_layer("dense", units=4), new_layer("softmax"),
)  # fmt: skip
CLOSE = {"rtol": 1e-10, "atol": 1e-12}


@pytest.mark.parametrize("chosen", range(4))
def test_that_slopes_and_grad_cam_are_those_of_autograd(chosen: int) -> None:
    model = Model.build(Architecture(LAYERS), (2, 11, 13), np.random.default_rng(chosen), np.float64)
    model.parameters.flat += 0.1 * np.random.default_rng(1).random(model.parameters.flat.shape)
    image = np.random.default_rng(2).random((1, 2, 11, 13))
    trace = Tracer(model).trace(image, np.array([0]))
    conv, dense = ({n: torch.tensor(v) for n, v in model.parameters.layers[i].items()} for i in (0, 4))
    x = torch.tensor(image, requires_grad=True)
    maps = functional.relu(functional.conv2d(x, conv["weight"], conv["bias"], 2, 1))
    maps.retain_grad()
    logit = functional.linear(functional.max_pool2d(maps, 2).flatten(1), dense["weight"], dense["bias"])[0, chosen]
    logit.backward()
    np.testing.assert_allclose(input_gradient(trace, chosen), x.grad[0].numpy(), **CLOSE)
    alpha = maps.grad[0].mean(dim=(1, 2), keepdim=True)
    cam = functional.relu((alpha * maps[0]).sum(dim=0)).detach()
    np.testing.assert_allclose(grad_cam(trace, chosen, 1), cam.numpy(), **CLOSE)
    large = functional.interpolate(cam[None, None], (11, 13), mode="bilinear", align_corners=False)[0, 0]
    np.testing.assert_allclose(enlarged(grad_cam(trace, chosen, 1), (11, 13)), large.numpy(), **CLOSE)
    found = contributions(trace, chosen)
    np.testing.assert_allclose(found.pixels, (x * x.grad)[0].detach().numpy(), **CLOSE)
    assert found.logit == pytest.approx(float(logit.detach()), rel=1e-12)
