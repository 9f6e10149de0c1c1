"""``cnn-engine``: the engine without the application."""

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from engine.commands.codes import BAD_INPUT, BROKEN_PIPE, INTERRUPTED
from engine.commands.failures import tell
from engine.commands.interrupts import at_once
from engine.errors import BadInputError
from engine.files.failures import told

COMMANDS = {
    "train": "Train a network and print what each epoch ended with.",
    "evaluate": "Measure a trained network on test images.",
    "predict": "Classify pictures with a trained network.",
    "presets": "List the networks that can be trained, or describe one in full.",
    "summary": "Show the layers of a network, their shapes, parameters, work and memory.",
    "check": "Compare the gradients of a network with central differences.",
    "race": "Time the same steps of training with naive loops, im2col and the fast path.",
    "bench": "Train networks here and in PyTorch, taking turns, and compare the speed.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 is done, and ``engine.commands.codes`` has the others.

    Raises:
        SystemExit: from argparse, for --help, or with 2 for options that it does not understand.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a replaced stream need not be able to
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(_parsed(given))
    except BadInputError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes nowhere
        return BROKEN_PIPE
    except OSError as error:
        return _refuse(told(error))
    except MemoryError:
        return _refuse("There is not enough memory; use a smaller network, batch or data set.")
    except KeyboardInterrupt:
        return INTERRUPTED


def _parsed(given: Sequence[str]) -> argparse.Namespace:
    """Return the arguments, when all that their command needs is imported."""
    with at_once():
        arguments = _parser(given).parse_args(given)
        from engine import threads  # with NumPy: too slow to import for --help

        threads.pin_blas()
    return arguments


def _run(arguments: argparse.Namespace) -> int:
    code: int = arguments.run(arguments)
    sys.stdout.flush()
    return code


class _Parser(argparse.ArgumentParser):
    """Refuses in one line: the usage of a command with forty options would bury what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message.rstrip('.')}; see {self.prog} --help.\n")


class _Help(argparse.HelpFormatter):
    """Breaks no word at a hyphen: what can be typed is shown as it is typed."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the command that is called gets its options, since making them imports the engine."""
    parser = _Parser(prog="cnn-engine", description="Convolutional networks on NumPy alone.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about, formatter_class=_Help)
        if given[:1] == [name]:
            module = import_module(f"engine.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _refuse(sentence: str) -> int:
    tell(sentence)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
