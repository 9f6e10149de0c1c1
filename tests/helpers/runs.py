"""Training runs on tiny data, and what they yield."""

from typing import Any

import numpy as np

from engine.architecture import Architecture
from engine.data.dataset import Dataset
from engine.history import EpochResult, History
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Event, StepResult, Trainer
from tests.helpers import tiny


def trainer(
    dataset: Dataset | None = None,
    *,
    architecture: Architecture | None = None,
    history: History | None = None,
    threads: int = 1,
    **settings: Any,
) -> Trainer:
    """Return a trainer of a tiny network: two epochs of three steps unless *settings* say otherwise."""
    dataset = dataset or tiny.dataset()
    architecture = architecture or tiny.architecture(len(dataset.class_names))
    model = Model.build(architecture, dataset.image_shape, np.random.default_rng(0))
    chosen = TrainingSettings(**{"epochs": 2, "batch_size": 16, "validation": 0.25, "learning_rate": 0.01, **settings})
    return Trainer(model, dataset, chosen, threads, history)


def steps_of(events: list[Event]) -> list[StepResult]:
    """Return the steps among *events*."""
    return [event for event in events if isinstance(event, StepResult)]


def epochs_of(events: list[Event]) -> list[EpochResult]:
    """Return the epochs' results among *events*."""
    return [event for event in events if isinstance(event, EpochResult)]
