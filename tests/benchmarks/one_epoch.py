"""99 % of MNIST in one epoch, here and in PyTorch: ``python -m tests.benchmarks.one_epoch MNIST.npz``.

Trains the preset `one-epoch` with each seed in this engine and, in turn, in PyTorch: the same network, initial
weights' distribution, order of work, optimizer and learning rate at each step. Prints the share of test digits that
each gets right and the seconds that training took, without reading the data and without the test.
"""

import argparse
import sys
from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import torch

from engine import presets, schedules
from engine.benchmark.contestant import Entry
from engine.benchmark.torch_side import network
from engine.data import catalogue
from engine.data.dataset import Dataset
from engine.evaluation import evaluate
from engine.model import Model
from engine.threads import default_threads, pin_blas
from engine.trainer import StepResult, Trainer

PRESET = "one-epoch"


def main() -> int:
    """Print a line for each seed, and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="a .npz file or a folder with the 60,000 and 10,000 digits")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    pin_blas()
    dataset, figures = catalogue.load(options.data), []
    for seed in options.seeds:
        figures.append((*here(dataset, seed), *in_pytorch(dataset, seed)))
        print("seed {}: {:.2%} in {:.1f} s here, {:.2%} in {:.1f} s in PyTorch".format(seed, *figures[-1]), flush=True)
    medians = map(median, zip(*figures, strict=True))
    print("median: {:.2%} in {:.1f} s here, {:.2%} in {:.1f} s in PyTorch".format(*medians))
    return 0


def here(dataset: Dataset, seed: int) -> tuple[float, float]:
    """Return (test accuracy, seconds of training)."""
    preset = presets.load(PRESET)
    model = Model.build(preset.architecture, dataset.image_shape, np.random.default_rng(seed))
    run, start = Trainer(model, dataset, replace(preset.settings, seed=seed)).run(), perf_counter()
    for event in run:
        if isinstance(event, StepResult) and event.step == event.steps:
            break  # what follows is measuring
    seconds = perf_counter() - start
    run.close()
    return evaluate(model, dataset.test)[1], seconds


def in_pytorch(dataset: Dataset, seed: int) -> tuple[float, float]:
    """Return (test accuracy, seconds of training) of PyTorch, eager, on as many threads."""
    torch.set_num_threads(default_threads())
    torch.manual_seed(seed)
    settings = presets.load(PRESET).settings
    net = network(Entry("PyTorch", PRESET, settings.batch_size, default_threads()), dataset.image_shape)
    initialise(net)
    images, labels = torch.tensor(dataset.train.images), torch.tensor(dataset.train.labels)
    optimizer = torch.optim.Adam(net.parameters(), betas=(settings.beta1, settings.beta2))
    loss, steps, start = torch.nn.CrossEntropyLoss(), -(-len(labels) // settings.batch_size), perf_counter()
    for step, chosen in enumerate(torch.randperm(len(labels)).split(settings.batch_size)):
        optimizer.param_groups[0]["lr"] = schedules.rate(settings, step, steps)
        optimizer.zero_grad()
        loss(net(images[chosen].float() / 255), labels[chosen]).backward()
        optimizer.step()
    seconds = perf_counter() - start
    with torch.no_grad():
        scores = torch.cat([net(part.float() / 255) for part in torch.tensor(dataset.test.images).split(1000)])
    return float((scores.argmax(1).numpy() == dataset.test.labels).mean()), seconds


def initialise(net: Any) -> None:
    """Draw the weights as this engine does: He normal, and no bias."""
    for name, parameter in net.named_parameters():
        if name.endswith("weight"):
            torch.nn.init.kaiming_normal_(parameter)
        else:
            torch.nn.init.zeros_(parameter)


if __name__ == "__main__":
    sys.exit(main())
