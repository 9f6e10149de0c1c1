"""The one list of layer types."""

from dataclasses import dataclass

import pytest

import engine.layers  # noqa: F401  (registers every layer type)
from engine import registry, schema
from engine.errors import BadInputError
from engine.layer import LayerConfig


@pytest.fixture(autouse=True)
def own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register what it likes."""
    monkeypatch.setattr(registry, "_types", dict(registry._types))


def test_that_a_decorated_config_joins_the_list_with_the_first_line_of_its_docstring() -> None:
    @registry.layer("halve", label="Halve", category="Shape")
    @dataclass(frozen=True, slots=True)
    class Halve(LayerConfig):
        """Halves every value.

        More that no tooltip needs.
        """

    kind = registry.get("halve")
    assert (kind.name, kind.label, kind.category, kind.doc) == ("halve", "Halve", "Shape", "Halves every value.")
    assert kind.config is Halve
    assert registry.type_of(Halve()) is kind
    assert kind in registry.all_types()


def test_that_a_name_is_registered_only_once() -> None:
    with pytest.raises(ValueError, match="'relu' is registered twice"):
        registry.layer("relu", label="ReLU", category="Activation")(registry.get("relu").config)


def test_that_a_layer_needs_a_known_category() -> None:
    with pytest.raises(ValueError, match="no known category"):
        registry.layer("new", label="New", category="Others")(registry.get("relu").config)


def test_that_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInputError, match=r"no layer type 'conv3d'; known are .*conv2d.*softmax"):
        registry.get("conv3d")


def test_that_types_come_by_category() -> None:
    positions = [registry.CATEGORIES.index(kind.category) for kind in registry.all_types()]
    assert positions == sorted(positions)


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.name)
def test_that_the_tooltip_is_one_sentence_and_every_setting_is_explained(kind: registry.LayerType) -> None:
    assert kind.doc[0].isupper() and kind.doc.endswith(".") and len(kind.doc) < 120
    assert kind.label
    for declared in schema.params_of(kind.config):
        assert declared.label
        assert declared.doc[0].isupper() and declared.doc.endswith(".")
