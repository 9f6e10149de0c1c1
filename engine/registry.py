"""The one list of layer types. A config class joins it with the ``@layer`` decorator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import BadInputError
from engine.layer import LayerConfig
from engine.words import quoted

CATEGORIES = ("Features", "Pooling", "Activation", "Shape", "Dense", "Regularisation", "Output")
Cls = TypeVar("Cls", bound=type[LayerConfig])


@dataclass(frozen=True, slots=True)
class LayerType:
    """What the palette and the files know of a layer type; ``doc`` is one sentence for a tooltip."""

    name: str
    label: str
    category: str
    doc: str
    config: type[LayerConfig]


_types: dict[str, LayerType] = {}


def layer(name: str, *, label: str, category: str) -> Callable[[Cls], Cls]:
    """Register a config class under *name*; the first line of its docstring becomes the tooltip."""

    def register(config: Cls) -> Cls:
        if name in _types or category not in CATEGORIES:
            raise ValueError(f"layer type {name!r} is registered twice or has no known category")
        doc = (config.__doc__ or "").strip().splitlines()[0]
        _types[name] = LayerType(name, label, category, doc, config)
        return config

    return register


def get(name: str) -> LayerType:
    """Return the layer type called *name*; raises BadInputError for a name that nobody registered."""
    if name not in _types:
        raise BadInputError(f"There is no layer type {quoted(name)}; known are {', '.join(_types)}.")
    return _types[name]


def type_of(config: LayerConfig) -> LayerType:
    """Return the layer type that *config* is an instance of."""
    return next(t for t in _types.values() if t.config is type(config))


def all_types() -> tuple[LayerType, ...]:
    """Return every layer type, by category and then in the order of registration."""
    return tuple(sorted(_types.values(), key=lambda t: CATEGORIES.index(t.category)))
