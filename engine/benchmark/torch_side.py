"""PyTorch in the race: the same network, data and optimizer, eager, in the way that its tutorials train.

The one module of the engine that imports PyTorch, and only ``cnn-engine bench`` imports it.
"""

from typing import Any

import numpy as np
import torch
from torch import nn

from engine.benchmark.contestant import Entry
from engine.data.dataset import Dataset
from engine.errors import BadInputError
from engine.layer import LayerConfig, Shape
from engine.layers.conv import Conv2DConfig
from engine.layers.dense import DenseConfig
from engine.layers.dropout import DropoutConfig
from engine.layers.pool import Pool2DConfig

PLAIN = {"ReLUConfig": nn.ReLU, "TanhConfig": nn.Tanh, "SigmoidConfig": nn.Sigmoid, "FlattenConfig": nn.Flatten}


class TorchSide:
    """See ``engine.benchmark.contestant.Side``."""

    def __init__(self, entry: Entry, dataset: Dataset) -> None:
        torch.set_num_threads(entry.threads)
        torch.manual_seed(0)
        self._format = torch.channels_last if entry.side.endswith("last") else torch.contiguous_format
        self._network = network(entry, dataset.image_shape).to(memory_format=self._format)
        self._images, self._labels = torch.tensor(dataset.train.images), torch.tensor(dataset.train.labels)
        self._batch, self._order = entry.batch, torch.empty(0, dtype=torch.long)
        self._optimizer, self._loss = torch.optim.Adam(self._network.parameters()), nn.CrossEntropyLoss()

    def step(self) -> None:
        """Train on the next mini-batch."""
        if len(self._order) < self._batch:
            self._order = torch.randperm(len(self._labels))
        chosen, self._order = self._order[: self._batch], self._order[self._batch :]
        x = (self._images[chosen].float() / 255).contiguous(memory_format=self._format)
        self._optimizer.zero_grad()
        loss = self._loss(self._network(x), self._labels[chosen])
        loss.backward()
        self._optimizer.step()

    def close(self) -> None:
        """Nothing to end."""


start = TorchSide


def network(entry: Entry, shape: Shape) -> Any:
    """Return the network in PyTorch; its loss contains the final softmax."""
    modules: list[Any] = []
    for spec in entry.architecture.layers[:-1]:
        modules.append(_module(spec.config, shape))
        shape = spec.config.output_shape(shape)
    return nn.Sequential(*modules)


def _module(config: LayerConfig, shape: Shape) -> Any:
    if isinstance(config, Conv2DConfig) and not isinstance(config.padding, str):
        how = (config.kernel_size, config.stride, config.padding, config.dilation, config.groups, config.bias)
        return nn.Conv2d(shape[0], config.filters, *how)
    if isinstance(config, Pool2DConfig) and config.mode != "min" and not isinstance(config.padding, str):
        kind = nn.MaxPool2d if config.mode == "max" else nn.AvgPool2d
        return kind(config.size, config.stride, config.padding)
    if isinstance(config, DropoutConfig):
        return nn.Dropout(config.rate)
    if isinstance(config, DenseConfig):
        return nn.Linear(int(np.prod(shape)), config.units)
    if type(config).__name__ in PLAIN:
        return PLAIN[type(config).__name__]()
    raise BadInputError(f"{type(config).__name__} has no counterpart in this benchmark; choose another network.")
