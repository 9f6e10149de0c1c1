"""Convolutional networks on NumPy alone.

    import numpy as np, engine

    preset = engine.presets.load("lenet5")
    dataset = engine.data.catalogue.load("bundled")
    model = engine.Model.build(preset.architecture, input_shape=(1, 28, 28), rng=np.random.default_rng(0))
    for event in engine.Trainer(model, dataset, preset.settings).run():
        print(event)
    probabilities = model.forward(x)                             # (N, 10) for x (N, 1, 28, 28)
    grad_x = model.backward(grad_probabilities)                  # and model.gradients; model.summary() is a table
    y = engine.ops.conv2d(x, weight, bias, stride=2, padding=1)  # pure functions on arrays

What is named here is imported when it is first used, so that a command that needs little starts quickly.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine import data, ops, presets
    from engine.architecture import Architecture, new_layer
    from engine.data.dataset import Dataset, Split
    from engine.errors import BadInputError
    from engine.gradcheck import check_layer, check_model
    from engine.model import Model
    from engine.settings import TrainingSettings
    from engine.trainer import Trainer

_HOMES = {
    "Architecture": "architecture", "new_layer": "architecture", "Dataset": "data.dataset", "Split": "data.dataset",
    "BadInputError": "errors", "check_layer": "gradcheck", "check_model": "gradcheck", "Model": "model",
    "TrainingSettings": "settings", "Trainer": "trainer",
}  # fmt: skip

__all__ = [
    "Architecture", "BadInputError", "Dataset", "Model", "Split", "Trainer", "TrainingSettings", "check_layer",
    "check_model", "data", "new_layer", "ops", "presets",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"engine.{_HOMES[name]}"), name)
    if name in ("data", "ops", "presets"):
        return import_module(f"engine.{name}")
    raise AttributeError(f"module 'engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
