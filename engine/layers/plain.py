"""Convolution and pooling on other backends than the fast path: slower ones, to compare with.

``build(shape, backend)`` makes one of these for every backend but "fast": "reference" runs the loops that define
each operation, "im2col" what other NumPy frameworks do. Both compute on (N, C, H, W); what they return is a view of
that in the order (H, C, W, N), with one image after the other in memory, which the layers between them keep.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from engine.errors import BadInputError
from engine.layer import Array, Layer, Workspace
from engine.ops import im2col, reference
from engine.words import quoted

FAST = "fast"
BACKENDS: Mapping[str, ModuleType] = {"reference": reference, "im2col": im2col}
NAMES = (FAST, *BACKENDS)


def check_backend(backend: str) -> None:
    """Raise BadInputError unless *backend* is one of NAMES."""
    if backend not in NAMES:
        raise BadInputError(f"backend={quoted(backend)} is not known; use one of {', '.join(NAMES)}.")


class _Plain(Layer):
    """Computes by the functions of *backend*; *how* are their keyword arguments: stride, padding, and so on."""

    def __init__(self, backend: str, **how: Any) -> None:
        super().__init__()
        check_backend(backend)
        self._ops, self._how = BACKENDS[backend], how


class PlainConv2D(_Plain):
    """Convolution on another backend."""

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = _in_field_order(x)
        weight = self.parameters["weight"]
        bias = self.parameters.get("bias", np.zeros(len(weight), weight.dtype))
        return _in_rows(self._ops.conv2d(work.saved["x"], weight, bias, **self._how))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        d, weight = _in_field_order(grad_output), self.parameters["weight"]
        grad_input, grad_weight, grad_bias = self._ops.conv2d_backward(d, work.saved["x"], weight, **self._how)
        for name, gradient in (("weight", grad_weight), ("bias", grad_bias)):
            if name in work.grads:
                work.grads[name][...] = gradient
        return _in_rows(grad_input)


class PlainPool2D(_Plain):
    """Pooling on another backend."""

    def forward(self, x: Array, work: Workspace) -> Array:
        work.saved["x"] = _in_field_order(x)
        return _in_rows(self._ops.pool2d(work.saved["x"], **self._how))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        return _in_rows(self._ops.pool2d_backward(_in_field_order(grad_output), work.saved["x"], **self._how))


def _in_field_order(x: Array) -> Array:
    return np.ascontiguousarray(x.transpose(3, 1, 0, 2))


def _in_rows(x: Array) -> Array:
    return x.transpose(2, 1, 3, 0)
