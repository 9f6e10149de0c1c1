"""Declare a hyper-parameter once: type, default, limits, choices, unit and help text.

Everything that treats hyper-parameters reads these declarations: validation, the property form, the
command line, the save format. A *config* is a frozen dataclass whose fields are made by ``param``.
"""

import dataclasses
import math
from collections.abc import Mapping
from textwrap import fill
from typing import Any, TypeVar, cast

from engine.errors import BadInputError
from engine.words import clipped, quoted

Value = bool | int | float | str | tuple[int, int]
C = TypeVar("C")


@dataclasses.dataclass(frozen=True, slots=True)
class Param:
    """The declaration of one hyper-parameter.

    Attributes:
        ge, gt, le: bounds of a number, and of each number of a pair.
        choices: the words that are allowed; with a pair as default, those that may stand in its place.
        when: the name of a choice among the same declarations, and the words of it with which this one matters;
            None: always. It is kept and checked all the same.
        off_at_zero: whether 0 means that it is not done at all.
        usual: the name of a choice among the same declarations, and the value that is usual with each word of it;
            None: the default is, whatever else is chosen.
    """

    name: str
    default: Value
    label: str
    doc: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    when: tuple[str, tuple[str, ...]] | None = None
    off_at_zero: bool = False
    usual: tuple[str, Mapping[str, Value]] | None = dataclasses.field(default=None, hash=False)

    @property
    def kind(self) -> str:
        """'bool', 'int', 'float', 'choice', 'pair' (rows, columns) or 'padding' (a pair or one of the choices)."""
        pair = "padding" if self.choices else "pair"
        return {bool: "bool", int: "int", float: "float", str: "choice", tuple: pair}[type(self.default)]

    def matters(self, config: Any) -> bool:
        """Return whether this one has a say in what *config*, with all its choices, does."""
        return self.when is None or getattr(config, self.when[0]) in self.when[1]

    def usual_with(self, config: Any) -> Value:
        """Return the value that is usual with the choices of *config*."""
        return self.default if self.usual is None else self.usual[1][getattr(config, self.usual[0])]

    def coerce(self, value: Any) -> Any:
        """Return *value* in this parameter's own type where that loses nothing, else unchanged."""
        if self.kind in ("pair", "padding"):
            return (value, value) if _is_int(value) else tuple(value) if isinstance(value, list) else value
        if self.kind == "float" and _is_int(value) and abs(value) <= 2**53:
            return float(value)
        return value

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with *value* and what is allowed, in one sentence, or None."""
        if not self._has_right_type(value):
            return f"{self.label} must be {self.expected()}, not {_typed(value)}."
        if isinstance(value, str | bool):
            return None
        if not all(map(self._within, value if isinstance(value, tuple) else (value,))):
            return f"{self.label} is {_show(value)}; it must be {self.expected()}."
        return None

    def expected(self) -> str:
        """Describe the values that are allowed, e.g. 'a whole number from 1 to 512'."""
        if self.kind == "bool":
            return "yes or no"
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        noun = {"int": "a whole number", "float": "a number"}.get(self.kind, "two whole numbers, each")
        words = f", or one of {', '.join(self.choices)}" if self.choices else ""
        return f"{noun} {self._limits()}".rstrip() + words

    def _limits(self) -> str:
        if self.ge is not None and self.le is not None:
            return f"from {_show(self.ge)} to {_show(self.le)}"
        named = (("of at least", self.ge), ("greater than", self.gt), ("of at most", self.le))
        return " and ".join(f"{word} {_show(limit)}" for word, limit in named if limit is not None)

    def _has_right_type(self, value: Any) -> bool:
        if self.kind == "bool":
            return isinstance(value, bool)
        if self.kind == "choice" or isinstance(value, str):
            return value in self.choices
        if self.kind in ("pair", "padding"):
            return isinstance(value, tuple) and len(value) == 2 and all(map(_is_int, value))
        return _is_int(value) or (self.kind == "float" and isinstance(value, float) and math.isfinite(value))

    def _within(self, number: float) -> bool:
        return (
            (self.ge is None or number >= self.ge)
            and (self.gt is None or number > self.gt)
            and (self.le is None or number <= self.le)
        )


def param(default: Value, *, label: str, doc: str, **limits: Any) -> Any:
    """Declare a hyper-parameter as a dataclass field. Keywords: ``ge gt le choices unit when off_at_zero usual``."""
    return dataclasses.field(default=default, metadata={"label": label, "doc": doc, **limits})


def params_of(config: Any) -> tuple[Param, ...]:
    """Return the declared hyper-parameters of a config or config class, in order."""
    fields = dataclasses.fields(config)
    return tuple(Param(f.name, cast(Value, f.default), **f.metadata) for f in fields if "label" in f.metadata)


def problems(config: Any) -> dict[str, str]:
    """Return a sentence per hyper-parameter whose value is not allowed; empty when all are well."""
    found = {p.name: p.problem(getattr(config, p.name)) for p in params_of(config)}
    return {name: text for name, text in found.items() if text is not None}


def checked(config: C) -> C:
    """Return *config*, or raise BadInputError with the first problem."""
    for text in problems(config).values():
        raise BadInputError(text)
    return config


def described(config: Any, width: int = 92) -> str:
    """Return what each hyper-parameter means, its values, its default: the *Attributes* of a class's docstring."""
    lines = []
    for p in params_of(config):
        values = "one of " + ", ".join(map(repr, p.choices)) if p.kind == "choice" else p.expected()
        values = "True or False" if p.kind == "bool" else f"{values} {p.unit}".rstrip()
        when = f"; with {p.when[0]} {' or '.join(map(repr, p.when[1]))}" if p.when else ""
        text = f"{p.name}: {p.doc.rstrip('.')} ({values}{when}; {p.default!r} if not given)."
        lines.append(fill(text, width, initial_indent=" " * 8, subsequent_indent=" " * 12, break_on_hyphens=False))
    return "\n".join(("    Attributes:", *lines))


def to_dict(config: Any) -> dict[str, Any]:
    """Return the hyper-parameters as plain values for JSON (pairs as lists)."""
    values = {p.name: getattr(config, p.name) for p in params_of(config)}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}


def from_dict(cls: type[C], values: Mapping[str, Any]) -> C:
    """Return a config from plain values; missing ones take their default.

    Raises:
        BadInputError: a name that *cls* does not have, or a value outside its limits.
    """
    declared = {p.name: p for p in params_of(cls)}
    for name in values:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise BadInputError(f"{cls.__name__} has no setting {quoted(name)}; it has {known}.")
    return checked(cls(**{name: declared[name].coerce(value) for name, value in values.items()}))


def _typed(value: Any) -> str:
    """Return *value* as a person wrote it: "2.5 × 3" for a pair with a text in it."""
    if isinstance(value, tuple) and len(value) == 2 and any(isinstance(part, str) for part in value):
        return quoted(" × ".join(map(str, value)))
    return quoted(value.strip() if isinstance(value, str) else value)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _show(value: Any) -> str:
    if isinstance(value, tuple):
        return " × ".join(map(str, value))
    return clipped(str(value)) if isinstance(value, int) else f"{value:g}"  # whole numbers to the last digit
