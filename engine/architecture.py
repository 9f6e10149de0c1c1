"""A network as a value: a tuple of layer specs that edits replace and never change."""

import uuid
from dataclasses import dataclass, replace
from typing import Any

import engine.layers  # noqa: F401  (registers every layer type)
from engine import registry, schema
from engine.errors import BadInputError
from engine.layer import LayerConfig

MOST_LAYERS = 512  # of a network that is edited or read from a file


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """One layer in an architecture; ``uid`` stays the same through edits, so that weights can follow it."""

    uid: str
    config: LayerConfig

    @property
    def type(self) -> registry.LayerType:
        return registry.type_of(self.config)


def new_layer(name: str, **settings: Any) -> LayerSpec:
    """Return a layer of type *name* with a new uid; settings that are not given take their defaults.

    Raises:
        BadInputError: an unknown type, an unknown setting or a value outside its limits.
    """
    return LayerSpec(uuid.uuid4().hex[:12], schema.from_dict(registry.get(name).config, settings))


@dataclass(frozen=True, slots=True)
class Architecture:
    """A chain of layers, first to last.

    Raises:
        BadInputError: two layers with the same uid.
    """

    layers: tuple[LayerSpec, ...] = ()

    def __post_init__(self) -> None:
        if len({spec.uid for spec in self.layers}) != len(self.layers):
            raise BadInputError("Two layers have the same uid; each layer needs its own.")

    def index(self, uid: str) -> int:
        """Return the position of the layer *uid*; raises KeyError where there is none."""
        for position, spec in enumerate(self.layers):
            if spec.uid == uid:
                return position
        raise KeyError(uid)

    def find(self, uid: str) -> LayerSpec | None:
        """Return the layer *uid*, or None."""
        return next((spec for spec in self.layers if spec.uid == uid), None)

    def title(self, uid: str) -> str:
        """Return 'Convolution 2' for the second layer of its type; raises KeyError where there is none *uid*."""
        kind = self.layers[self.index(uid)].type
        alike = [spec.uid for spec in self.layers if spec.type is kind]
        return f"{kind.label} {alike.index(uid) + 1}"

    def insert(self, position: int, spec: LayerSpec) -> "Architecture":
        """Return the chain with *spec* before *position* (0 .. len)."""
        return Architecture((*self.layers[:position], spec, *self.layers[position:]))

    def remove(self, uid: str) -> "Architecture":
        """Return the chain without the layer *uid*."""
        return Architecture(tuple(spec for spec in self.layers if spec.uid != uid))

    def move(self, uid: str, position: int) -> "Architecture":
        """Return the chain with the layer *uid* before what now stands at *position* (0 .. len)."""
        now = self.index(uid)
        return self.remove(uid).insert(position - (position > now), self.layers[now])

    def configure(self, uid: str, config: LayerConfig) -> "Architecture":
        """Return the chain with another config for the layer *uid*."""
        return Architecture(tuple(replace(s, config=config) if s.uid == uid else s for s in self.layers))


def to_dict(architecture: Architecture) -> list[dict[str, Any]]:
    """Return the chain as plain values for JSON."""
    return [{"uid": s.uid, "type": s.type.name, **schema.to_dict(s.config)} for s in architecture.layers]


def from_dict(values: Any) -> Architecture:
    """Return the chain that ``to_dict`` wrote; raises BadInputError for anything else."""
    if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
        raise BadInputError("The list of layers is not a list of objects; the file was not written by this program.")
    if len(values) > MOST_LAYERS:
        raise BadInputError(f"It has {len(values):,} layers, and {MOST_LAYERS:,} is the most; choose another file.")
    return Architecture(tuple(_spec({**value}) for value in values))


def _spec(value: dict[str, Any]) -> LayerSpec:
    uid, name = value.pop("uid", None), value.pop("type", None)
    if not isinstance(uid, str) or not isinstance(name, str) or not uid.isalnum():
        raise BadInputError("A layer lacks its 'uid' or 'type'; the file was not written by this program.")
    return LayerSpec(uid, schema.from_dict(registry.get(name).config, value))
