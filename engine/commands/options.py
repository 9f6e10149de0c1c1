"""Command line options; those of a training run are made from their declarations in TrainingSettings."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from engine import presets, schema
from engine.commands.failures import tell
from engine.data.catalogue import SOURCES
from engine.errors import BadInputError
from engine.layers import plain
from engine.schema import Param
from engine.settings import TrainingSettings
from engine.threads import MOST_THREADS, default_threads
from engine.words import counted, meant

FLAGS = {"batch_size": "--batch", "learning_rate": "--lr"}  # shorter than their names


def add_data(parser: argparse.ArgumentParser, meant: str = "what the network was trained on") -> None:
    """Add --data; *meant* says what it is if not given."""
    text = f"{SOURCES}; {meant} if not given"
    parser.add_argument("--data", metavar="SOURCE", help=text)


def add_preset(parser: Any, **how: Any) -> None:
    """Add --preset."""
    about = f"a network: {', '.join(presets.BUILDERS)}"
    parser.add_argument("--preset", metavar="NAME", type=one_of(presets.BUILDERS), help=about, **how)


def add_number(parser: argparse.ArgumentParser, param: Param) -> None:
    """Add an option for the number *param*, with its default."""
    about = f"{_help(param)}; {param.default} if not given"
    parser.add_argument(
        _flag(param.name), dest=param.name, metavar="N", type=reader(param), default=param.default, help=about
    )


def add_seed(parser: argparse.ArgumentParser, doc: str) -> None:
    """Add --seed, with the limits that the seed of a training run has."""
    (seed,) = (param for param in schema.params_of(TrainingSettings) if param.name == "seed")
    add_number(parser, replace(seed, doc=doc))


def add_backend(parser: argparse.ArgumentParser) -> None:
    """Add --backend."""
    about = (
        "what convolution and pooling are computed with: the fast path, im2col as other NumPy frameworks have it, or"
    )
    parser.add_argument(
        "--backend", metavar="|".join(plain.NAMES), type=one_of(plain.NAMES), choices=plain.NAMES,
        help=f"{about} the loops that define them; the fast path if not given",
    )  # fmt: skip


def add_json(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --json, which prints *what*."""
    parser.add_argument("--json", action="store_true", help=f"print {what}")


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add --threads."""
    doc = "Parts of a mini-batch computed in parallel; one for each core if not given, and no more than there are cores"
    threads = Param("threads", 1, "Threads", doc, ge=1, le=MOST_THREADS)
    parser.add_argument("--threads", metavar="N", type=reader(threads), help=_help(threads))


def threads(arguments: argparse.Namespace, given: int | None = None) -> int:
    """Return what --threads says, or *given*, or one thread a core; say so where there are fewer cores than that.

    More of them, each a process with memory of its own, would only take turns.
    """
    wanted, cores = arguments.threads or given or default_threads(), default_threads()
    if wanted > cores:
        tell(
            f"{counted(wanted, 'thread')} would take turns on {counted(cores, 'core')}; using {cores}."
            + ("" if arguments.threads else " What follows differs from the run on more threads by rounding.")
        )
    return min(wanted, cores)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add an option for each training setting; those that are not given keep the preset's value."""
    group = parser.add_argument_group("training", "Settings that are not given are the preset's.")
    for param in schema.params_of(TrainingSettings):
        if param.kind == "bool":
            how: dict[str, Any] = {"action": argparse.BooleanOptionalAction}
        else:
            how = {"type": reader(param), "metavar": "|".join(map(_word, param.choices)) or param.kind.upper()}
        group.add_argument(_flag(param.name), dest=param.name, default=None, help=_help(param), **how)


def settings(arguments: argparse.Namespace, default: TrainingSettings) -> TrainingSettings:
    """Return *default* with what the arguments of ``add_settings`` change.

    Raises:
        BadInputError: one of them has no say in the run, e.g. --momentum with Adam.
    """
    given = {p: value for p in schema.params_of(TrainingSettings) if (value := getattr(arguments, p.name)) is not None}
    chosen = schema.checked(replace(default, **{param.name: value for param, value in given.items()}))
    for param in given:
        if param.when is not None and not param.matters(chosen):
            present = _word(getattr(chosen, param.when[0]))
            raise BadInputError(
                f"{_flag(param.name)} belongs to {_needed(*param.when)}, and this run has {present}; leave it out, or"
                " change the other."
            )
    return chosen


def _flag(name: str) -> str:
    return FLAGS.get(name, f"--{_word(name.replace('_', ' '))}")


def _word(choice: str) -> str:
    """Return a choice of several words as one that needs no quotes."""
    return choice.replace(" ", "-")


def _needed(name: str, choices: Iterable[str]) -> str:
    """Return what must be given for a setting to matter: '--optimizer Adam or AdamW'."""
    return f"{_flag(name)} {' or '.join(map(_word, choices))}"


def _help(param: Param) -> str:
    known = [f"{param.expected()} {param.unit}".rstrip()] if param.kind in ("int", "float") else []
    if param.when is not None:
        known.append(f"with {_needed(*param.when)}")
    brackets = f" ({'; '.join(known)})" if known else ""
    return (param.doc.rstrip(".") + brackets).replace("%", "%%")


def reader(param: Param) -> Callable[[str], Any]:
    """Return what turns the text of an option into a value of *param*, or tells why it cannot."""
    typed = replace(param, choices=tuple(map(_word, param.choices)))

    def read(text: str) -> Any:
        value = param.coerce(_value(param, text))
        if param.problem(value):
            raise argparse.ArgumentTypeError(str(typed.problem(value)))
        return value

    return read


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """Return what finds the one of *choices* that a text means, and else leaves the text to whoever knows them."""
    return lambda text: meant(text, choices)


def _value(param: Param, text: str) -> Any:
    """Return *text* as the kind of value that *param* has where it can be read so, else as it is."""
    if param.kind == "choice":
        return meant(text, param.choices)
    try:
        return {"int": int, "float": float}[param.kind](text)
    except ValueError:
        return text
