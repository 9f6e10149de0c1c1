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

    @property
    def of_training(self) -> Faults:
        """The faults of the next run."""
        return dict(self.chosen) if self.in_training else {}

    @property
    def briefs(self) -> str:
        """What all gradients with a fault are, 'not rotated, ties doubled'; '' without any."""
        return ", ".join(dict.fromkeys(fault.brief for faults in self.chosen.values() for fault in _sorted(faults)))

    def switch(self, uid: str, fault: Fault, on: bool) -> None:
        """Switch a fault of the layer *uid* on or off."""
        before = self.chosen.get(uid, frozenset())
        self._choose({**self.chosen, uid: before | {fault} if on else before - {fault}}, self.in_training)

    def switch_training(self, on: bool) -> None:
        """Choose whether the next run has the faults."""
        self._choose(self.chosen, on)

    def keep(self, architecture: Architecture) -> None:
        """Forget the faults of layers that are no longer there, or that no longer suit them."""
        kept = {spec.uid: frozenset(fault for fault in self.chosen.get(spec.uid, ()) if fault.suits(spec.config))
                for spec in architecture.layers}  # fmt: skip
        self._choose(kept, self.in_training)

    def clear(self) -> None:
        """Switch everything off."""
        self._choose({}, False)

    def _choose(self, chosen: dict[str, frozenset[Fault]], in_training: bool) -> None:
        """Without any fault, training has none either: the next one is not trained with unless a person says so."""
        chosen = {uid: faults for uid, faults in chosen.items() if faults}
        new = chosen, in_training and bool(chosen)
        if new != (self.chosen, self.in_training):
            self.chosen, self.in_training = new
            self.changed.emit()


def _sorted(faults: frozenset[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: fault.brief)
