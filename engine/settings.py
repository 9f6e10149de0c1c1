"""What a person chooses for a training run."""

from dataclasses import dataclass

from engine import losses, optimizers, schedules
from engine.schema import described, param

# Learning rates that suit each optimizer.
RATES = {"gradient descent": 0.1, "momentum": 0.05, "Nesterov": 0.05, "RMSprop": 0.001, "Adam": 0.001, "AdamW": 0.001}


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of one run, declared like a layer's hyper-parameters."""

    epochs: int = param(10, label="Epochs", ge=1, le=10_000, doc="Number of passes over the training images.")
    batch_size: int = param(
        64,
        label="Batch size",
        ge=1,
        le=4096,
        unit="images",
        doc="Images per step; the gradient is their mean.",
    )
    loss: str = param(
        "cross-entropy", label="Loss", choices=tuple(losses.BY_NAME),
        doc=("The quantity that training minimises. Cross-entropy: minus the logarithm of the "
            "probability of the actual class. Mean squared error: how far the outputs are from 1 for "
            "that class and 0 for the others. Binary cross-entropy: each class is a question of "
            "its own, yes or no."),
    )  # fmt: skip
    optimizer: str = param(
        "Adam", label="Optimizer", choices=tuple(optimizers.BY_NAME),
        doc=("How the weights follow the gradient. Gradient descent steps straight down; momentum and "
            "Nesterov gather speed; RMSprop, Adam and AdamW adapt the step of each weight. AdamW "
            "applies weight decay apart from the gradient."),
    )  # fmt: skip
    learning_rate: float = param(
        0.001, label="Learning rate", gt=0, le=10, usual=("optimizer", RATES),
        doc="Size of a step. Try 0.001 for Adam, AdamW and RMSprop, 0.05 for momentum and Nesterov, 0.1 for gradient"
        " descent.",
    )  # fmt: skip
    momentum: float = param(
        0.9, label="Momentum", ge=0, le=0.999, when=("optimizer", ("momentum", "Nesterov")),
        doc="Fraction of the velocity that is kept from step to step.",
    )  # fmt: skip
    rho: float = param(
        0.99, label="Rho", ge=0, le=0.9999, when=("optimizer", ("RMSprop",)),
        doc=("How long squared gradients are remembered: the fraction of their mean that is kept from "
            "step to step."),
    )  # fmt: skip
    beta1: float = param(
        0.9, label="Beta 1", ge=0, le=0.9999, when=("optimizer", ("Adam", "AdamW")),
        doc=("How long gradients are remembered: the fraction of their mean that is kept from step to "
            "step."),
    )  # fmt: skip
    beta2: float = param(
        0.999, label="Beta 2", ge=0, le=0.9999, when=("optimizer", ("Adam", "AdamW")),
        doc=("How long squared gradients are remembered: the fraction of their mean that is kept from "
            "step to step."),
    )  # fmt: skip
    weight_decay: float = param(
        0.0, label="Weight decay", ge=0, le=1, off_at_zero=True,
        doc=("Pulls weights towards zero, which reduces overfitting; biases are not affected. Try "
            "0.0005, or 0.01 for AdamW; 0 is off."),
    )  # fmt: skip
    clip_norm: float = param(
        0.0, label="Clip norm", ge=0, le=1000, off_at_zero=True,
        doc=("Largest norm of the gradient of all weights together; a longer gradient is scaled down "
            "to it. Try 1 where training diverges; 0 is off."),
    )  # fmt: skip
    schedule: str = param(
        "constant", label="Schedule", choices=tuple(schedules.BY_NAME),
        doc="How the learning rate changes over the run. Step: a sudden drop every so often. Cosine: a smooth fall to"
        " zero. One-cycle: a rise over three tenths of the run, then a fall to zero.",
    )  # fmt: skip
    warm_up: float = param(
        0.0, label="Warm-up", ge=0, le=0.5, unit="of the run", when=("schedule", schedules.WARMED), off_at_zero=True,
        doc=("Fraction of the run in which the learning rate rises linearly before the schedule "
            "begins; 0 is off."),
    )  # fmt: skip
    drop: float = param(
        0.1, label="Drop to", gt=0, le=1, when=("schedule", ("step",)),
        doc="Factor of the learning rate at each drop.",
    )  # fmt: skip
    drop_every: float = param(
        0.3, label="Drop every", ge=0.001, le=1, unit="of the run", when=("schedule", ("step",)),
        doc="Fraction of the run, after the warm-up, between two drops.",
    )  # fmt: skip
    augment: bool = param(
        False,
        label="Augment",
        doc="Rotate, scale and shift each image a little, differently each time it is used.",
    )
    validation: float = param(
        0.1, label="Validation", ge=0, le=0.5, off_at_zero=True,
        doc=("Fraction of the training images that is held out: never trained on, only evaluated; 0 "
            "is off. Data with validation images of its own uses those."),
    )  # fmt: skip
    seed: int = param(
        0, label="Seed", ge=0, le=2**31 - 1, doc="Start of the random numbers: the same seed repeats a run."
    )


TrainingSettings.__doc__ = f"{TrainingSettings.__doc__}\n\n{described(TrainingSettings)}\n"
