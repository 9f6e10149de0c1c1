"""What to change in a chain so that a layer that cannot work can: found by trying, and kept only where it helps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, product
from typing import Any, cast

from engine import schema
from engine.architecture import Architecture, LayerSpec, new_layer
from engine.layer import LayerConfig, Shape
from engine.schema import Param
from engine.shapes import LayerInfo, first_problem, infer_shapes, last_layer, problem_of

MOST = 3  # that are offered for one problem
_MOST_NUMBERS, _MOST_PAIRS = 10_000, 1500  # that are tried of one setting
_MOST_CHAINS = 24  # of these, in the whole chain
_ROOMY: dict[int, Shape] = {1: (64,), 3: (16, 64, 64)}  # what any layer fits that reads values, or maps

Infos = tuple[LayerInfo, ...]


@dataclass(frozen=True, slots=True)
class Mend:
    """One change after which the layer that had a problem has none.

    Attributes:
        text: what is done, as a command: 'Insert Flatten before Dense 1'.
        before: the chain that it is for.
        after: the chain with it.
        works: whether the whole chain works then.
    """

    text: str
    before: Architecture
    after: Architecture
    works: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """A layer with a problem, in its chain."""

    chain: Architecture
    index: int
    infos: Infos
    classes: int | None
    loss: str

    @property
    def spec(self) -> LayerSpec:
        return self.chain.layers[self.index]

    @property
    def input(self) -> Shape | None:
        return self.infos[self.index].input

    def works(self, chain: Architecture) -> bool:
        """Return whether all of another chain can work."""
        shape = self.infos[0].input
        return shape is not None and first_problem(infer_shapes(chain, shape, self.classes, self.loss)) is None

    @property
    def is_ending(self) -> bool:
        """Whether the layer itself works, but the chain must not end like this."""
        return self.input is not None and problem_of(self.spec, self.input) is None


_Change = tuple[str, Architecture]  # what is done, and the chain then


@lru_cache(maxsize=16)  # who shows them asks at every redraw
def mends(architecture: Architecture, uid: str, input_shape: Shape, classes: int | None, loss: str) -> tuple[Mend, ...]:
    """Return a few changes that solve the problem of the layer *uid*; those with which the whole chain works first.

    Each is one step. None makes a layer before it fail that worked. A layer without a problem has none.

    Args:
        architecture: the chain.
        uid: of a layer with a problem.
        input_shape: (C, H, W) of one sample.
        classes, loss: as ``infer_shapes`` takes them.
    """
    infos, index = infer_shapes(architecture, input_shape, classes, loss), architecture.index(uid)
    if infos[index].problem is None:
        return ()
    case = _Case(architecture, index, infos, classes, loss)
    found: dict[Architecture, Mend] = {}
    for text, chain in _changes(case):
        after = infer_shapes(chain, input_shape, classes, loss)
        if chain not in found and _solves(case, chain, after):
            found[chain] = Mend(text, architecture, chain, first_problem(after) is None)
    return tuple(sorted(found.values(), key=lambda mend: not mend.works)[:MOST])


def _solves(case: _Case, chain: Architecture, after: Infos) -> bool:
    """Return whether the layer has no problem any more, and nothing that worked before it has one."""
    first, before, mended = first_problem(after), first_problem(case.infos), chain.find(case.spec.uid)
    assert before is not None
    if schema.problems(case.spec.config):  # with settings that are allowed it may still not fit
        return mended is not None and not schema.problems(mended.config)
    if mended is None or case.is_ending:
        return first is None
    place = chain.index(case.spec.uid)
    if before[0] < case.index:  # another one is first: what follows it is not known, but for its own settings
        return after[place].problem is None
    return first is None or first[0] > max(place, case.index)


def _changes(case: _Case) -> Iterator[_Change]:
    """Return what may help, the likeliest first."""
    if schema.problems(case.spec.config):
        yield from _allowed_settings(case)
        return
    if case.input is None:
        return
    if case.is_ending:
        yield from _endings(case)
        return
    yield from _earlier(case)
    yield from _insertions(case)
    yield from _settings(case)
    yield from _later(case)
    yield f"Remove {case.chain.title(case.spec.uid)}", case.chain.remove(case.spec.uid)


def _allowed_settings(case: _Case) -> Iterator[_Change]:
    """Return the nearest allowed value of every setting that has none, all at once."""
    config, named = case.spec.config, list[str]()
    for param in schema.params_of(config):
        if param.problem(value := getattr(config, param.name)) is not None:
            allowed = _nearest_allowed(param, value)
            config, named = _with(config, param, allowed), [*named, f"{param.label} to {_written(allowed)}"]
    yield f"Set {', '.join(named)}", case.chain.configure(case.spec.uid, config)


def _later(case: _Case) -> Iterator[_Change]:
    """Return the layer moved behind one of those after it."""
    for after in range(case.index + 1, len(case.chain.layers)):
        chain = case.chain.move(case.spec.uid, after + 1)
        yield f"Move behind {case.chain.title(case.chain.layers[after].uid)}", chain


def _earlier(case: _Case) -> Iterator[_Change]:
    """Return the layer moved before one that maps still reach."""
    assert case.input is not None
    for earlier in range(case.index - 1, -1, -1):
        reaches = case.infos[earlier].input
        if reaches is not None and len(reaches) != len(case.input):
            chain = case.chain.move(case.spec.uid, earlier)
            yield f"Move before {case.chain.title(case.chain.layers[earlier].uid)}", chain
            return


def _insertions(case: _Case) -> Iterator[_Change]:
    """Return the chain with layers inserted before the one that cannot read maps."""
    assert case.input is not None
    if len(case.input) != 1:
        flat = new_layer("flatten")
        yield f"Insert {flat.type.label}", case.chain.insert(case.index, flat)
        if case.classes is not None:
            dense = new_layer("dense", units=case.classes)
            both = case.chain.insert(case.index, dense).insert(case.index, flat)
            yield f"Insert {flat.type.label} and {dense.type.label} ({case.classes} units)", both


def _settings(case: _Case) -> Iterator[_Change]:
    """Return the chain with one setting of the layer at the nearest value with which all of it works, or it alone."""
    assert case.input is not None
    usual = replace(case.spec, config=type(case.spec.config)())
    if (
        problem_of(usual, _ROOMY[len(case.input)]) is not None
    ):  # it reads maps where values come, or values where maps do
        return
    for param in schema.params_of(case.spec.config):
        fitting = islice(_fitting(case, param), _MOST_CHAINS)
        chains = [(value, case.chain.configure(case.spec.uid, config)) for value, config in fitting]
        if chains:
            value, chain = next((each for each in chains if case.works(each[1])), chains[0])
            yield f"Set {param.label} to {_written(value)}", chain


def _fitting(case: _Case, param: Param) -> Iterator[tuple[Any, LayerConfig]]:
    """Return values of a setting with which the layer itself can work, the nearest first, and its config then."""
    assert case.input is not None
    now = getattr(case.spec.config, param.name)
    for value in islice(_near(param, now), _MOST_PAIRS if isinstance(now, tuple) else _MOST_NUMBERS):
        config = _with(case.spec.config, param, value)
        if problem_of(replace(case.spec, config=config), case.input) is None:
            yield value, config


def _endings(case: _Case) -> Iterator[_Change]:
    """Return the chain with an end that the loss can read as the data's classes."""
    chain, last = case.chain, last_layer(case.loss)
    if last is not None:
        ending = chain.layers[-1]
        there = any(spec.type is last for spec in chain.layers)
        if there and not ending.config.fused_loss:
            yield from _moved_endings(chain, last.label)
            yield f"Remove {ending.type.label}", chain.remove(ending.uid)
        if ending.config.fused_loss and ending.config.fused_loss != case.loss:
            yield f"Remove {ending.type.label}", chain.remove(ending.uid)
            instead = chain.remove(ending.uid).insert(len(chain.layers) - 1, new_layer(last.name))
            yield f"Replace {ending.type.label} with {last.label}", instead
        if not there:
            yield f"Append {last.label}", chain.insert(len(chain.layers), new_layer(last.name))
    if case.classes is not None and case.infos[-1].output != (case.classes,):
        yield from _sized_endings(case, case.classes)


def _moved_endings(chain: Architecture, label: str) -> Iterator[_Change]:
    """Return the layer called *label* moved to the end, told by what it then follows where that is one layer."""
    places = [place for place, spec in enumerate(chain.layers[:-1]) if spec.type.label == label]
    if places:
        spec, behind = chain.layers[places[-1]], chain.layers[places[-1] + 1 :]
        text = f"Move {label} to the end"
        if len(behind) == 1:
            text = f"Move {behind[0].type.label} before {label}"
        yield text, chain.move(spec.uid, len(chain.layers))


def _sized_endings(case: _Case, classes: int) -> Iterator[_Change]:
    """Return the chain with a value for each class at its end: the last units changed, or a Dense layer more."""
    chain, last = case.chain, last_layer(case.loss)
    for spec in reversed(chain.layers):
        if units := next((param for param in schema.params_of(spec.config) if param.name == "units"), None):
            changed = chain.configure(spec.uid, _with(spec.config, units, classes))
            yield f"Set {units.label} of {chain.title(spec.uid)} to {classes}", changed
            break
    fused = last is not None and chain.layers[-1].config.fused_loss == case.loss
    place = len(chain.layers) - fused
    reaches = case.infos[place - 1].output if place else case.infos[0].input
    more = [new_layer("dense", units=classes)]
    if reaches is not None and len(reaches) != 1:
        more.insert(0, new_layer("flatten"))
    if last is not None and not fused:
        more.append(new_layer(last.name))
    named = [f"{each.type.label} ({classes} units)" if each.type.name == "dense" else each.type.label for each in more]
    ended = chain
    for spec in reversed(more):
        ended = ended.insert(place, spec)
    where = f"Insert {{}} before {chain.layers[-1].type.label}" if fused else "Append {}"
    yield where.format(_listed(named)), ended


def _near(param: Param, now: Any) -> Iterable[Any]:
    """Return other values of a setting, the nearest first."""
    if param.kind in ("pair", "padding") and isinstance(now, tuple):
        sides = [_numbers(param, each) for each in now]
        pairs = sorted(product(*sides), key=lambda pair: sum(abs(a - b) for a, b in zip(pair, now, strict=True)))
        return (pair for pair in pairs if pair != now)
    if param.kind == "int":
        return (number for number in _numbers(param, now) if number != now)
    return ()


def _numbers(param: Param, now: int) -> list[int]:
    """Return the whole numbers that a setting can be, the nearest to *now* first; of equally near ones the smaller."""
    return sorted(range(int(param.ge or 0), int(param.le or 0) + 1), key=lambda number: (abs(number - now), number))


def _nearest_allowed(param: Param, value: Any) -> Any:
    """Return the allowed value that is nearest to one that is not."""

    def within(number: Any) -> Any:
        low = number if param.ge is None else max(number, type(number)(param.ge))
        return low if param.le is None else min(low, type(low)(param.le))

    if isinstance(value, tuple) and isinstance(param.default, tuple) and len(value) == 2:
        nearest: Any = tuple(within(each) for each in value if isinstance(each, int))
    else:
        nearest = within(value) if isinstance(value, int | float) and not isinstance(value, bool) else param.default
    return nearest if param.problem(nearest) is None else param.default


def _with(config: LayerConfig, param: Param, value: Any) -> LayerConfig:
    return cast(LayerConfig, replace(cast(Any, config), **{param.name: value}))


def _written(value: Any) -> str:
    return (
        " × ".join(map(str, value)) if isinstance(value, tuple) else f"{value:,}" if type(value) is int else str(value)
    )


def _listed(names: list[str]) -> str:
    """Return 'Flatten, Dense (10 units) and Softmax'."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
