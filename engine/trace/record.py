"""What one pass of one sample leaves behind: every value and every gradient, in float64 and the field's order."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.architecture import LayerSpec
from engine.faults import Fault
from engine.layer import Array
from engine.trace.scoring import Scoring


@dataclass(frozen=True, slots=True, eq=False)
class LayerTrace:
    """One layer of one pass; arrays are read-only.

    Attributes:
        spec: the layer.
        parameters: its learned arrays and statistics, by name.
        input, output: (C, H, W) or (features,).
        grad_input, grad_output: dC/dX and dC/dO, in the shapes of input and output.
        gradients: of each learned array, by name, summed over the mini-batch.
        faults: deliberate ones of its backward.
    """

    spec: LayerSpec
    parameters: Mapping[str, Array]
    input: Array
    output: Array
    grad_input: Array
    grad_output: Array
    gradients: Mapping[str, Array]
    faults: frozenset[Fault] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One sample's way through a network and back.

    Attributes:
        layers: one for each layer of the network.
        scoring: from the scores to the loss C, and its gradient.
    """

    layers: tuple[LayerTrace, ...]
    scoring: Scoring

    @property
    def fused(self) -> bool:
        """Whether the loss gives the last layer's dC/dX at once, so that nothing uses its dC/dO."""
        return self.layers[-1].spec.config.fused_loss == self.scoring.loss
