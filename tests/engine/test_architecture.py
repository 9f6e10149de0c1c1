"""A network as a value: edits give another value, and plain values bring it back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine import architecture
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.errors import BadInputError
from engine.layers.dense import DenseConfig

NAMES = ("conv2d", "relu", "pool2d", "flatten", "dense", "softmax")
A, B, C, D = (LayerSpec(uid, DenseConfig(units)) for uid, units in zip("abcd", (1, 2, 3, 4), strict=True))


def uids(chain: Architecture) -> str:
    return "".join(spec.uid for spec in chain.layers)


@pytest.mark.parametrize(("position", "expected"), [(0, "dabc"), (1, "adbc"), (2, "abdc"), (3, "abcd")])
def test_that_insert_puts_a_layer_before_a_position(position: int, expected: str) -> None:
    assert uids(Architecture((A, B, C)).insert(position, D)) == expected


@pytest.mark.parametrize(
    ("uid", "position", "expected"),
    [
        ("a", 0, "abcd"), ("a", 1, "abcd"), ("a", 2, "bacd"), ("a", 3, "bcad"), ("a", 4, "bcda"),
        ("b", 0, "bacd"), ("b", 1, "abcd"), ("b", 2, "abcd"), ("b", 3, "acbd"), ("b", 4, "acdb"),
        ("c", 0, "cabd"), ("c", 1, "acbd"), ("c", 2, "abcd"), ("c", 3, "abcd"), ("c", 4, "abdc"),
        ("d", 0, "dabc"), ("d", 1, "adbc"), ("d", 2, "abdc"), ("d", 3, "abcd"), ("d", 4, "abcd"),
    ],
)  # fmt: skip
def test_that_move_puts_a_layer_before_what_now_stands_at_a_position(uid: str, position: int, expected: str) -> None:
    assert uids(Architecture((A, B, C, D)).move(uid, position)) == expected


def test_that_configure_changes_one_layer_and_keeps_its_uid() -> None:
    before = Architecture((A, B))
    after = before.configure("b", DenseConfig(9))
    assert uids(after) == "ab"
    assert after.layers[0] is before.layers[0]
    assert after.layers[1].config == DenseConfig(9)


def test_that_edits_leave_the_old_value_as_it_was() -> None:
    before = Architecture((A, B, C))
    before.insert(1, D), before.remove("a"), before.move("a", 3), before.configure("a", DenseConfig(9))
    assert before == Architecture((A, B, C))


def test_that_a_layer_is_found_by_its_uid() -> None:
    chain = Architecture((A, B))
    assert chain.index("b") == 1
    assert chain.find("b") is B
    assert chain.find("z") is None
    with pytest.raises(KeyError):
        chain.index("z")


def test_that_the_same_layer_cannot_stand_twice_in_a_chain() -> None:
    with pytest.raises(BadInputError, match="same uid"):
        Architecture((A, B)).insert(2, A)


def test_that_a_new_layer_has_its_own_uid_and_checked_settings() -> None:
    first, second = new_layer("dense", units=7), new_layer("dense", units=7)
    assert first.uid != second.uid
    assert first.config == second.config == DenseConfig(7)
    assert first.type.name == "dense"
    with pytest.raises(BadInputError, match="Units is 0"):
        new_layer("dense", units=0)
    with pytest.raises(BadInputError, match="no setting 'unit'"):
        new_layer("dense", unit=3)
    with pytest.raises(BadInputError, match="no layer type 'danse'"):
        new_layer("danse")


@given(st.lists(st.sampled_from(NAMES), max_size=6))
def test_that_a_chain_survives_json(names: list[str]) -> None:
    chain = Architecture(tuple(new_layer(name) for name in names))
    assert architecture.from_dict(json.loads(json.dumps(architecture.to_dict(chain)))) == chain


def test_that_reading_leaves_the_values_as_they_were() -> None:
    values = architecture.to_dict(Architecture((A,)))
    architecture.from_dict(values)
    assert values == [{"uid": "a", "type": "dense", "units": 1, "initializer": "He normal"}]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (None, "not a list of objects"),
        ({}, "not a list of objects"),
        ([1], "not a list of objects"),
        ([{}], "lacks its 'uid' or 'type'"),
        ([{"uid": "a"}], "lacks its 'uid' or 'type'"),
        ([{"uid": 1, "type": "relu"}], "lacks its 'uid' or 'type'"),
        ([{"uid": "", "type": "relu"}], "lacks its 'uid' or 'type'"),
        ([{"uid": "../a", "type": "relu"}], "lacks its 'uid' or 'type'"),
        ([{"uid": "a", "type": ["relu"]}], "lacks its 'uid' or 'type'"),
        ([{"uid": "a", "type": "conv9d"}], "no layer type 'conv9d'"),
        ([{"uid": "a", "type": "relu", "slope": 1}], "no setting 'slope'"),
        ([{"uid": "a", "type": "dense", "units": "many"}], "Units must be"),
        ([{"uid": "a", "type": "relu"}, {"uid": "a", "type": "relu"}], "same uid"),
    ],
)
def test_that_values_this_program_did_not_write_are_refused(values: Any, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        architecture.from_dict(values)


class Edits(RuleBasedStateMachine):
    """Edits on an Architecture beside the same edits on a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.chain, self.expected = Architecture(), list[LayerSpec]()

    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def insert(self, data: st.DataObject, name: str) -> None:
        position, spec = data.draw(st.integers(0, len(self.expected))), new_layer(name)
        self.chain = self.chain.insert(position, spec)
        self.expected.insert(position, spec)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.expected:
            spec = data.draw(st.sampled_from(self.expected))
            self.chain = self.chain.remove(spec.uid)
            self.expected.remove(spec)

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        if self.expected:
            spec, position = data.draw(st.sampled_from(self.expected)), data.draw(st.integers(0, len(self.expected)))
            self.chain = self.chain.move(spec.uid, position)
            follower = next((s for s in self.expected[position:] if s is not spec), None)
            self.expected.remove(spec)
            self.expected.insert(len(self.expected) if follower is None else self.expected.index(follower), spec)

    @rule(data=st.data(), units=st.integers(1, 9))
    def configure(self, data: st.DataObject, units: int) -> None:
        if self.expected:
            position = data.draw(st.integers(0, len(self.expected) - 1))
            spec = LayerSpec(self.expected[position].uid, DenseConfig(units))
            self.chain = self.chain.configure(spec.uid, spec.config)
            self.expected[position] = spec

    @invariant()
    def both_agree(self) -> None:
        assert list(self.chain.layers) == self.expected


class TestThatEveryEditDoesWhatTheSameEditOfAListDoes(Edits.TestCase):  # type: ignore[misc]
    """Hypothesis runs chains of edits."""
