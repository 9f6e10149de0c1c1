"""The fully connected layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine import initializers
from engine.errors import ShapeError
from engine.layer import Array, Layer, LayerConfig, Shape, Workspace
from engine.registry import layer
from engine.schema import param
from engine.words import counted


@layer("dense", label="Dense", category="Dense")
@dataclass(frozen=True, slots=True)
class DenseConfig(LayerConfig):
    """Connects every input value to every unit.

    y[k] = bias[k] + sum over i of weight[k,i] x[i]
    """

    units: int = param(32, label="Units", ge=1, le=8192, doc="Number of output values.")
    initializer: str = param(
        "He normal", label="Initial weights", choices=initializers.FOR_DENSE,
        doc="He suits ReLU; Xavier suits tanh and sigmoid.",
    )  # fmt: skip

    def output_shape(self, shape: Shape) -> Shape:
        if len(shape) != 1:
            raise ShapeError(
                f"Dense needs a vector, but receives maps of {' × '.join(map(str, shape))}.",
                "Insert Flatten before it.",
            )
        return (self.units,)

    def parameter_shapes(self, shape: Shape) -> dict[str, Shape]:
        return {"weight": (self.units, shape[0]), "bias": (self.units,)}

    def parameter_arithmetic(self, shape: Shape) -> str:
        return f"{self.units} × {shape[0]} + {self.units} = {self.units * shape[0] + self.units:,}"

    def multiply_adds(self, shape: Shape) -> int:
        return self.units * shape[0]

    def initialise(self, parameters: Mapping[str, Array], rng: np.random.Generator) -> None:
        initializers.BY_NAME[self.initializer](parameters["weight"], rng)

    def build(self, shape: Shape, backend: str = "fast") -> "Dense":
        return Dense()

    def summary(self) -> str:
        return counted(self.units, "unit")


class Dense(Layer):
    """y = W x + b on (features, N); parameters weight (units, features) and bias (units,)."""

    forgets = True

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = x
        weight = self.parameters["weight"]
        y = np.matmul(weight, x, out=work.buffer("y", (len(weight), x.shape[1])))
        y += self.parameters["bias"][:, None]
        return y

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        weight = self.parameters["weight"]
        if "weight" in work.grads:
            np.matmul(grad_output, work.saved["x"].T, out=work.grads["weight"])
            np.sum(grad_output, axis=1, out=work.grads["bias"])
        if not input_needed:
            return grad_output[:0]
        return np.matmul(weight.T, grad_output, out=work.buffer("dx", (weight.shape[1], grad_output.shape[1])))
