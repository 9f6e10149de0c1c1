"""``cnn-engine``: the engine without the application."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from engine.errors import BadInputError

COMMANDS = {
    "train": "Train a network and print what each epoch ended with.",
    "evaluate": "Measure a trained network on test images.",
    "summary": "Show the layers of a network, their shapes and parameters.",
}
BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 2, 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0: done. 2: bad input or a file that cannot be read or written, told in one sentence on standard error.
    3: training diverged, likewise. 130: interrupted. 141: nobody reads the output any more.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # a replaced stream need not be able to
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(_parser(given).parse_args(given))
    except BadInputError as error:
        return _refuse(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes nowhere
        return BROKEN_PIPE
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.")
    except MemoryError:
        return _refuse("There is not enough memory; use a smaller network, batch or data set.")
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(arguments: argparse.Namespace) -> int:
    from engine import threads  # with NumPy: too slow to import for --help

    threads.pin_blas()
    code: int = arguments.run(arguments)
    sys.stdout.flush()
    return code


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the command that is called gets its options, since making them imports the engine."""
    parser = argparse.ArgumentParser(prog="cnn-engine", description="Convolutional networks on NumPy alone.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if given[:1] == [name]:
            module = import_module(f"engine.commands.{name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


def _refuse(sentence: str) -> int:
    print(f"cnn-engine: {sentence}", file=sys.stderr)
    return BAD_INPUT


if __name__ == "__main__":
    sys.exit(main())
