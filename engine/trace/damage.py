"""What deliberate faults do to the gradients of a traced layer: how far each is from what it should be."""

import numpy as np

from engine.architecture import Architecture, LayerSpec
from engine.faults import Fault
from engine.model import Model
from engine.passes import Pass
from engine.trace.convolution import agree, largest_difference
from engine.trace.record import LayerTrace, Trace

INPUT = "input"


@np.errstate(all="ignore")  # what is not finite is shown as it is
def damage(layer: LayerTrace) -> dict[str, float]:
    """Return the largest difference between each gradient of a layer and the right one, where they are not the same.

    Args:
        layer: of a trace of one sample on its own.

    Returns:
        by the name of the learned array, and INPUT for dC/dX; empty where everything is right.
    """
    if not layer.faults:
        return {}
    alone = Model(Architecture((LayerSpec("alone", layer.spec.config),)), layer.input.shape, np.float64)
    for name, values in layer.parameters.items():
        alone.parameters.layers[0][name][...] = values
    run = Pass(alone)
    run.activations(layer.input[None])
    pairs = [(INPUT, layer.grad_input, run.backward(layer.grad_output[None])[0])]
    pairs += [(name, layer.gradients[name], right) for name, right in run.gradients.layers[0].items()]
    return {name: largest_difference(ours, right) for name, ours, right in pairs if not agree(ours, right)}


def misled_by(trace: Trace, index: int) -> tuple[tuple[LayerSpec, tuple[Fault, ...]], ...]:
    """Return the layers after the layer number *index* whose faults make the dC/dO that comes to it wrong, with these
    faults."""
    found = []
    for layer in trace.layers[index + 1 :]:
        faults = (fault for fault in layer.faults if fault.spreads and not fault.idle(layer.spec.config, layer.input))
        found.append((layer.spec, tuple(sorted(faults, key=lambda fault: fault.brief))))
    return tuple((spec, faults) for spec, faults in found if faults)
