"""What a person chooses for a training run."""

from dataclasses import dataclass

from engine import optimizers, schedules
from engine.schema import param


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of one run, declared like a layer's hyper-parameters."""

    epochs: int = param(10, label="Epochs", ge=1, le=10_000, doc="How often the training images are gone through.")
    batch_size: int = param(
        64,
        label="Batch size",
        ge=1,
        le=4096,
        unit="images",
        doc="Images per step; the gradient is their mean.",
    )
    optimizer: str = param(
        "Adam", label="Optimizer", choices=optimizers.NAMES,
        doc="Adam adapts the step of each weight; SGD follows the gradient with momentum.",
    )  # fmt: skip
    learning_rate: float = param(
        0.001, label="Learning rate", gt=0, le=10, doc="Size of a step. Try 0.001 for Adam, 0.05 for SGD."
    )
    momentum: float = param(0.9, label="Momentum", ge=0, le=0.999, doc="How much of its speed SGD keeps. Adam: unused.")
    schedule: str = param(
        "constant", label="Schedule", choices=tuple(schedules.BY_NAME),
        doc="How the learning rate changes over the run: constant, or falling to zero along a cosine.",
    )  # fmt: skip
    augment: bool = param(
        False,
        label="Augment",
        doc="Turn, scale and shift each image a little, differently each time it is used.",
    )
    validation: float = param(
        0.1, label="Validation", ge=0, le=0.5,
        doc="Share of the training images that is never trained on and only measured.",
    )  # fmt: skip
    seed: int = param(
        0, label="Seed", ge=0, le=2**31 - 1, doc="Start of the random numbers: the same seed repeats a run."
    )
