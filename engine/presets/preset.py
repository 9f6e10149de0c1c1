"""What a preset is, and short words to write its layers with."""

from dataclasses import dataclass
from typing import Any

from engine.architecture import Architecture, LayerSpec, new_layer
from engine.data import source
from engine.data.catalogue import BUNDLED
from engine.data.source import Source
from engine.errors import BadInputError
from engine.layer import Shape
from engine.settings import TrainingSettings
from engine.summary import Summary, summarise

MNIST, CIFAR10 = "mnist", "cifar10"
TITLES = {MNIST: "MNIST", CIFAR10: "CIFAR-10"}
_FILES = {CIFAR10: "cifar-10-binary.tar.gz"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A network with the settings that suit it and the data that it is meant for.

    Attributes:
        name: for the command line.
        title: for a person.
        data: "mnist" or "cifar10", with options as ``engine.data.source`` has them, e.g. "mnist:crop=24x24".
        input_shape: (C, H, W) of its images.
        expected: which accuracy it is known to reach, on what, after how much training.
        about: what it teaches, in a paragraph or two. Only an empty line ends a paragraph of these two texts.
        architecture: the chain of layers; the classes of ``data`` are the units of the last dense one.
        settings: of a training run.
    """

    name: str
    title: str
    data: str
    input_shape: Shape
    expected: str
    about: str
    architecture: Architecture
    settings: TrainingSettings

    def __post_init__(self) -> None:
        for name in ("expected", "about"):
            paragraphs = getattr(self, name).split("\n\n")
            object.__setattr__(self, name, "\n\n".join(" ".join(text.split()) for text in paragraphs))

    @property
    def data_title(self) -> str:
        """What the data is called: 'MNIST (crop=24x24)'."""
        wanted = source.parse(self.data)
        return wanted.named(TITLES[wanted.path])

    @property
    def ships(self) -> bool:
        """Whether a part of the data ships with the project."""
        return source.parse(self.data).path == MNIST

    @property
    def source(self) -> str:
        """What ``catalogue.load`` takes for the part of the data that ships; raises BadInputError where none does."""
        wanted = source.parse(self.data)
        if self.ships:
            return str(Source(BUNDLED, wanted.options))
        raise BadInputError(
            f"{self.name} is meant for {TITLES[wanted.path]}, of which nothing ships; name it, e.g."
            f" --data {Source(_FILES[wanted.path], wanted.options)}."
        )

    @property
    def summary(self) -> Summary:
        """Its layers with their shapes, and what they cost."""
        return summarise(self.architecture, self.input_shape)


def chain(*layers: LayerSpec | str) -> Architecture:
    """Return the layers in a row; a name stands for a layer of that type as it is by default."""
    return Architecture(tuple(new_layer(each) if isinstance(each, str) else each for each in layers))


def conv(filters: int, kernel_size: int | list[int], **settings: Any) -> LayerSpec:
    """Return a convolution."""
    return new_layer("conv2d", filters=filters, kernel_size=kernel_size, **settings)


def pool(mode: str = "max", size: int = 2) -> LayerSpec:
    """Return pooling over windows side by side."""
    return new_layer("pool2d", mode=mode, size=size, stride=size)


def dense(units: int, **settings: Any) -> LayerSpec:
    """Return a dense layer."""
    return new_layer("dense", units=units, **settings)
