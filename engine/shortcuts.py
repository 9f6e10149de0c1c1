"""A chain's layers in a form that gives the same loss and gradients from less work."""

from collections.abc import Sequence

from engine.layer import Layer, Workspace
from engine.layers.activation import InPlace, ReLU
from engine.layers.conv import Conv2D
from engine.layers.pool import Pool2D
from engine.layers.pooled_conv import PooledConv2D

Steps = Sequence[tuple[Layer, Workspace]]


def quicker(steps: Steps) -> Steps:
    """Return steps that give the same loss and gradients; what flows between them is their own affair.

    A rising activation and max or min pooling change places, after which the activation has less to do. A convolution
    does its pooling itself. A ReLU writes over what it reads where the layer before will not look at it again.
    """
    steps = [*steps]
    for i in range(len(steps) - 1):
        if steps[i][0].rises and steps[i + 1][0].picks:
            steps[i], steps[i + 1] = steps[i + 1], steps[i]
    for i in reversed(range(len(steps) - 1)):
        (layer, work), (following, other_work) = steps[i], steps[i + 1]
        if isinstance(layer, Conv2D) and isinstance(following, Pool2D) and following.picks:
            steps[i : i + 2] = [(PooledConv2D(layer, following, other_work), work)]
    for i in range(len(steps) - 1):
        following, other_work = steps[i + 1]
        if steps[i][0].forgets and isinstance(following, ReLU):
            steps[i + 1] = InPlace(following), other_work
    return steps
