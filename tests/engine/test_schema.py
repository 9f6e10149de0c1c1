"""Declared hyper-parameters: kinds, limits, sentences, and the way to plain values and back."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from engine import registry, schema
from engine.errors import BadInputError
from engine.layer import LayerConfig
from engine.schema import param
from engine.settings import TrainingSettings


@dataclass(frozen=True, slots=True)
class Every(LayerConfig):
    """One hyper-parameter of each kind."""

    count: int = param(3, label="Count", ge=1, le=2**31 - 1, unit="pixels", doc="How many.")
    rate: float = param(0.5, label="Rate", gt=0, le=1, doc="How fast.")
    size: tuple[int, int] = param((2, 3), label="Size", ge=1, le=9, doc="Rows and columns.")
    mode: str = param("max", label="Mode", choices=("max", "mean"), doc="Which.")
    on: bool = param(True, label="On", doc="Whether.")
    free: float = param(0.0, label="Free", doc="Any number.")
    least: int = param(5, label="Least", ge=2, doc="At least two.", when=("mode", ("max",)))
    border: tuple[int, int] | str = param((0, 0), label="Border", ge=0, le=9, choices=("valid", "same"), doc="Around.")


BY_NAME = {p.name: p for p in schema.params_of(Every)}


def test_that_the_kind_follows_from_the_default() -> None:
    kinds = [p.kind for p in schema.params_of(Every)]
    assert kinds == ["int", "float", "pair", "choice", "bool", "float", "int", "padding"]


def test_that_declarations_are_read_from_a_config_and_from_its_class_alike() -> None:
    assert schema.params_of(Every) == schema.params_of(Every())
    assert (BY_NAME["count"].label, BY_NAME["count"].unit, BY_NAME["count"].doc) == ("Count", "pixels", "How many.")


@pytest.mark.parametrize(
    ("name", "value", "becomes"),
    [
        ("size", 4, (4, 4)),
        ("size", [4, 5], (4, 5)),
        ("size", (4, 5), (4, 5)),
        ("rate", 1, 1.0),
        ("count", 2.0, 2.0),
        ("on", 1, 1),
        ("rate", True, True),
        ("size", True, True),
        ("size", "4", "4"),
        ("rate", 2**53 + 1, 2**53 + 1),
        ("border", 2, (2, 2)),
        ("border", [1, 2], (1, 2)),
        ("border", "same", "same"),
        ("border", True, True),
    ],
)
def test_that_coercion_changes_a_value_only_where_nothing_is_lost(name: str, value: Any, becomes: Any) -> None:
    coerced = BY_NAME[name].coerce(value)
    assert coerced == becomes
    assert type(coerced) is type(becomes)


def test_that_a_config_coerces_what_it_is_made_from() -> None:
    config = Every(size=4, rate=1)  # type: ignore[arg-type]
    assert (config.size, config.rate) == ((4, 4), 1.0)
    assert isinstance(config.rate, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", 1),
        ("count", 2**31 - 1),
        ("rate", 1.0),
        ("rate", 1e-300),
        ("size", (1, 9)),
        ("mode", "mean"),
        ("on", False),
        ("free", -1e30),
        ("least", 2),
        ("border", (0, 9)),
        ("border", "valid"),
    ],
)
def test_that_values_up_to_their_limits_are_allowed(name: str, value: Any) -> None:
    assert BY_NAME[name].problem(value) is None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("count", 0, "Count is 0; it must be a whole number from 1 to 2147483647."),
        ("count", 2**31, "Count is 2147483648; it must be a whole number from 1 to 2147483647."),
        ("count", 2.0, "Count must be a whole number from 1 to 2147483647, not 2.0."),
        ("count", True, "Count must be a whole number from 1 to 2147483647, not True."),
        ("count", None, "Count must be a whole number from 1 to 2147483647, not None."),
        ("rate", 0.0, "Rate is 0; it must be a number greater than 0 and of at most 1."),
        ("rate", 1.5, "Rate is 1.5; it must be a number greater than 0 and of at most 1."),
        ("rate", float("nan"), "Rate must be a number greater than 0 and of at most 1, not nan."),
        ("rate", float("inf"), "Rate must be a number greater than 0 and of at most 1, not inf."),
        ("rate", True, "Rate must be a number greater than 0 and of at most 1, not True."),
        ("size", (0, 3), "Size is 0 × 3; it must be two whole numbers, each from 1 to 9."),
        ("size", (3, 10), "Size is 3 × 10; it must be two whole numbers, each from 1 to 9."),
        ("size", (3,), "Size must be two whole numbers, each from 1 to 9, not (3,)."),
        ("size", (1.0, 2), "Size must be two whole numbers, each from 1 to 9, not (1.0, 2)."),
        ("mode", "median", "Mode must be one of max, mean, not 'median'."),
        ("mode", ["max"], "Mode must be one of max, mean, not ['max']."),
        ("on", 1, "On must be yes or no, not 1."),
        ("free", "x", "Free must be a number, not 'x'."),
        ("least", 1, "Least is 1; it must be a whole number of at least 2."),
        ("border", (0, 10), "Border is 0 × 10; it must be two whole numbers, each from 0 to 9, or one of valid, same."),
        ("border", "full", "Border must be two whole numbers, each from 0 to 9, or one of valid, same, not 'full'."),
        ("border", 1.5, "Border must be two whole numbers, each from 0 to 9, or one of valid, same, not 1.5."),
        ("border", (1,), "Border must be two whole numbers, each from 0 to 9, or one of valid, same, not (1,)."),
        ("size", "same", "Size must be two whole numbers, each from 1 to 9, not 'same'."),
    ],
)
def test_that_a_value_that_is_not_allowed_gets_a_sentence_with_the_value_and_the_limits(
    name: str, value: Any, sentence: str
) -> None:
    assert BY_NAME[name].problem(value) == sentence


@pytest.mark.parametrize("name", ["count", "rate", "size", "mode", "on", "border"])
def test_that_a_whole_number_beyond_every_float_is_refused_and_not_an_overflow(name: str) -> None:
    with pytest.raises(BadInputError, match=BY_NAME[name].label):
        schema.from_dict(Every, {name: 10**400})


def test_that_problems_names_every_bad_value_and_checked_raises_the_first() -> None:
    config = Every(count=0, rate=2.0)
    assert list(schema.problems(config)) == ["count", "rate"]
    with pytest.raises(BadInputError, match="Count is 0"):
        schema.checked(config)
    assert schema.problems(Every()) == {}
    assert schema.checked(Every()) == Every()


@pytest.mark.parametrize("border", [(3, 4), "same"])
def test_that_a_config_survives_json(border: tuple[int, int] | str) -> None:
    config = Every(count=7, rate=0.25, size=(1, 2), mode="mean", on=False, free=-1.5, least=9, border=border)
    assert schema.from_dict(Every, json.loads(json.dumps(schema.to_dict(config)))) == config


def test_that_missing_values_take_their_default() -> None:
    assert schema.from_dict(Every, {"count": 4}) == Every(count=4)


def test_that_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadInputError, match="no setting 'counts'; it has count, rate, size, mode, on, free, least, "):
        schema.from_dict(Every, {"counts": 4})


def test_that_a_config_without_hyper_parameters_says_so() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain(LayerConfig):
        """Nothing to choose."""

    with pytest.raises(BadInputError, match="Plain has no setting 'x'; it has none"):
        schema.from_dict(Plain, {"x": 1})


@pytest.mark.parametrize("config", [Every, TrainingSettings, *(kind.config for kind in registry.all_types())])
def test_that_what_matters_at_times_only_names_a_choice_before_it_and_some_of_its_words(config: type) -> None:
    declared = {p.name: p for p in schema.params_of(config)}
    for position, p in enumerate(declared.values()):
        if p.when is not None:
            name, words = p.when
            assert list(declared).index(name) < position
            assert set(words) < set(declared[name].choices)


def test_that_a_value_that_does_not_matter_now_is_checked_all_the_same() -> None:
    assert list(schema.problems(Every(mode="mean", least=1))) == ["least"]


def test_that_training_settings_are_checked_like_a_layers_hyper_parameters() -> None:
    assert schema.problems(TrainingSettings()) == {}
    settings = schema.from_dict(TrainingSettings, {"learning_rate": 1, "epochs": 3})
    assert (settings.learning_rate, settings.epochs) == (1.0, 3)
    with pytest.raises(BadInputError, match="Learning rate is 0; it must be a number greater than 0 and of at most 10"):
        schema.checked(TrainingSettings(learning_rate=0.0))
    with pytest.raises(BadInputError, match="Batch size is 0"):
        schema.checked(TrainingSettings(batch_size=0))


def test_that_each_word_of_a_choice_has_a_usual_value_that_is_allowed_and_the_default_goes_with_the_defaults() -> None:
    declared = {p.name: p for p in schema.params_of(TrainingSettings)}
    (rate,) = (p for p in declared.values() if p.usual is not None)
    choice, values = rate.usual
    assert tuple(values) == declared[choice].choices
    assert [rate.problem(value) for value in values.values()] == [None] * len(values)
    assert rate.usual_with(TrainingSettings()) == rate.default
    assert rate.usual_with(TrainingSettings(optimizer="gradient descent")) == 0.1
    assert declared["epochs"].usual_with(TrainingSettings(optimizer="momentum")) == declared["epochs"].default
