"""Published networks, ready to train, each with the settings that suit it."""

from dataclasses import dataclass, replace

from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.layers.dense import DenseConfig
from engine.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Preset:
    """A network with its training settings; ``about`` says in a sentence or two what it teaches."""

    name: str
    title: str
    about: str
    architecture: Architecture
    settings: TrainingSettings


def _lenet5() -> Preset:
    return Preset(
        "lenet5",
        "LeNet-5 (ReLU, max pooling)",
        "Two convolutions find strokes and then parts of digits; three dense layers decide. Yann LeCun's network of "
        "1998 with today's activation and pooling.",
        Architecture(
            (
                new_layer("conv2d", filters=6, kernel_size=[5, 5], padding=[2, 2]),
                new_layer("relu"),
                new_layer("pool2d"),
                new_layer("conv2d", filters=16, kernel_size=[5, 5]),
                new_layer("relu"),
                new_layer("pool2d"),
                new_layer("flatten"),
                new_layer("dense", units=120),
                new_layer("relu"),
                new_layer("dense", units=84),
                new_layer("relu"),
                new_layer("dense", units=10),
                new_layer("softmax"),
            )
        ),
        TrainingSettings(
            epochs=24, batch_size=32, learning_rate=0.004, schedule="cosine", augment=True, validation=0.0
        ),
    )


BUILDERS = {"lenet5": _lenet5}


def load(name: str) -> Preset:
    """Return the preset *name*, its layers with new uids; raises BadInputError for an unknown name."""
    if name not in BUILDERS:
        raise BadInputError(f"There is no preset {name!r}; known are {', '.join(BUILDERS)}.")
    return BUILDERS[name]()


def for_classes(architecture: Architecture, classes: int) -> Architecture:
    """Return the network with *classes* units in its last dense layer; unchanged where it has none."""
    for spec in reversed(architecture.layers):
        if isinstance(spec.config, DenseConfig):
            return architecture.configure(spec.uid, replace(spec.config, units=classes))
    return architecture
