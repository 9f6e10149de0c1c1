"""Deliberate faults of the open network's gradients: which are on, and whether training has them too."""

from PySide6.QtCore import QObject, Signal

from engine.architecture import Architecture
from engine.faults import Fault, Faults


class FaultSwitches(QObject):
    """What a person has switched on to see it found. No part of the project: never saved, never undone.

    Attributes:
        chosen: the faults of each layer, by uid.
        in_training: whether the next run has them; otherwise they are in traces and checks alone.

    Signals:
        changed().

    Thread: the GUI's.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.chosen: dict[str, frozenset[Fault]] = {}
        self.in_training = False
        self._architecture = Architecture()

    @property
    def of_training(self) -> Faults:
        """The faults of the next run."""
        return dict(self.chosen) if self.in_training else {}

    @property
    def places(self) -> tuple[tuple[str, str, str], ...]:
        """Uid, title and faults of each layer that has some, in the order of the chain: ('1f0', 'Dense 2', 'ties
        doubled')."""
        layers = self._architecture.layers
        faulty = [spec for spec in layers if spec.uid in self.chosen]
        return tuple((spec.uid, self._architecture.title(spec.uid), self.brief(spec.uid)) for spec in faulty)

    def brief(self, uid: str) -> str:
        """Return what the gradients of the layer *uid* are: 'not dilated, not rotated'; '' without a fault."""
        return ", ".join(sorted(fault.brief for fault in self.chosen.get(uid, ())))

    def switch(self, uid: str, fault: Fault, on: bool) -> None:
        """Switch a fault of the layer *uid* on or off; nothing happens where there is no such layer any more."""
        if self._architecture.find(uid) is not None:
            before = self.chosen.get(uid, frozenset())
            self._choose({**self.chosen, uid: before | {fault} if on else before - {fault}}, self.in_training)

    def switch_training(self, on: bool) -> None:
        """Choose whether the next run has the faults."""
        self._choose(self.chosen, on)

    def keep(self, architecture: Architecture) -> None:
        """Belong to that chain from now on: forget the faults of layers that it has not, or that no longer suit."""
        before, self._architecture = self._architecture, architecture
        kept = {spec.uid: frozenset(fault for fault in self.chosen.get(spec.uid, ()) if fault.suits(spec.config))
                for spec in architecture.layers}  # fmt: skip
        if not self._choose(kept, self.in_training) and self.chosen and before != architecture:
            self.changed.emit()  # the layers may have other titles

    def clear(self) -> None:
        """Switch everything off."""
        self._choose({}, False)

    def _choose(self, chosen: dict[str, frozenset[Fault]], in_training: bool) -> bool:
        """Have others, and return whether they are others.

        Without any fault, training has none either: the next one is not trained with unless a person says so.
        """
        chosen = {uid: faults for uid, faults in chosen.items() if faults}
        new = chosen, in_training and bool(chosen)
        if new == (self.chosen, self.in_training):
            return False
        self.chosen, self.in_training = new
        self.changed.emit()
        return True
