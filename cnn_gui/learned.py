"""What training has made of a network: values that the undo steps keep, and that a run hands over at its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from cnn_gui.stash import WeightStash
from engine.architecture import Architecture
from engine.history import History
from engine.layer import Array, Shape
from engine.model import Model

Places = tuple[tuple[str, str, Shape], ...]  # uid of a layer, name and shape of each of its arrays


class Basis(NamedTuple):
    """What the figures of a history were measured on.

    *other* says why that is not what there is, where nothing else does: a word of ``engine.files.project.FIGURES_OF``,
    of a run that diverged, or what it was when the project was saved.
    """

    architecture: Architecture
    loss: str
    data_source: str
    other: str = ""


class Optimized(NamedTuple):
    """What an optimizer has built up: its name, which weights it is of, and its arrays by name."""

    optimizer: str
    places: Places
    arrays: Mapping[str, Array]

    @classmethod
    def of(cls, model: Model, optimizer: str, arrays: Mapping[str, Array]) -> "Optimized":
        """Return *arrays* as those of an *optimizer* of *model*."""
        return cls(optimizer, _places(model), arrays)

    def fits(self, model: Model, optimizer: str) -> bool:
        """Return whether a run of *model* with *optimizer* can begin with it."""
        return (self.optimizer, self.places) == (optimizer, _places(model))


class Learned(NamedTuple):
    """Everything that training changes. The history shares its memory with later ones.

    Attributes:
        weights: (P + Q,), of the whole model.
        history: the run so far.
        basis: what its figures describe; None where that is not known.
        optimizer: what it has built up; None where it begins anew.
        stash: weights of layers edited away; None for those that there are.
    """

    weights: Array
    history: History
    basis: Basis | None = None
    optimizer: Optimized | None = None
    stash: WeightStash | None = None

    @property
    def size(self) -> int:
        """How many bytes it keeps for itself."""
        arrays = self.optimizer.arrays.values() if self.optimizer else ()
        return self.weights.nbytes + sum(array.nbytes for array in arrays) + (self.stash.size if self.stash else 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment of a run to which undo can go back: copies of weights and optimizer state, the history until then."""

    parameters: Array
    optimizer: Mapping[str, Array]
    history: History

    @property
    def size(self) -> int:
        """How many bytes it keeps."""
        return self.parameters.nbytes + sum(array.nbytes for array in self.optimizer.values())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run ends with.

    Attributes:
        parameters: (P + Q,), the weights of the end, or the best ones where it diverged.
        update: (P + Q,), what the last step added to each; None where that is not known.
        optimizer: what it has built up; None where that led astray.
        marks: moments before single steps.
        diverged: whether the run diverged, so that the best weights were put back.
        best_history: the history until the epoch that they are of; None where they are of before the run.
    """

    parameters: Array
    update: Array | None = None
    optimizer: Mapping[str, Array] | None = None
    marks: tuple[Mark, ...] = ()
    diverged: bool = False
    best_history: History | None = None


def since(figures_of: str) -> str:
    """Return what has become of the weights since their last step: ', edited since', or '' where they are its own."""
    tr = QCoreApplication.translate
    then = {"edit": tr("learned", ", edited since"), "run": tr("learned", ", put back to earlier weights")}
    return then.get(figures_of, "")


def _places(model: Model) -> Places:
    layers = zip(model.architecture.layers, model.parameters.layers, strict=True)
    return tuple((spec.uid, name, view.shape) for spec, views in layers for name, view in views.items())
