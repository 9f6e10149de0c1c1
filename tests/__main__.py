"""The one test command: ``python -m tests [pytest arguments]``, e.g. ``python -m tests --slow -k conv``.

Runs the linters, the type checker, the import contracts and the tests, says how each went and how long it took,
goes on after a failure, and exits with 1 if anything failed.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

from cnn_gui import preflight

ROOT = Path(__file__).resolve().parent.parent
MISSING = 127  # what a shell reports for a program that is not there


def main(arguments: Sequence[str]) -> int:
    """Run every part; *arguments* go to pytest. Return 0 if all passed, 1 if any failed, 2 if none could start."""
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if found := preflight.problems(environ):
        print("The tests cannot start.", *found, sep="\n", file=sys.stderr)
        return 2
    parts = {
        "ruff check": ["ruff", "check", "--quiet", "."],
        "ruff format": ["ruff", "format", "--check", "--quiet", "."],
        "mypy": ["mypy", "--no-error-summary"],
        "imports": ["lint-imports"],
        "pytest": ["pytest", *arguments],
    }
    failed = [name for name, command in parts.items() if not _passes(name, command, environ)]
    print(f"Failed: {', '.join(failed)}" if failed else f"All {len(parts)} parts passed.")
    return 1 if failed else 0


def _passes(name: str, command: Sequence[str], environ: dict[str, str]) -> bool:
    """Run one part, print its line, and what it said where that is worth reading: pytest's always."""
    start = time.perf_counter()
    code, said = _run(command, environ, capture=name != "pytest")
    if code != 0:
        print(said, end="", flush=True)
    result = "passed" if code == 0 else f"FAILED (exit code {code})"
    print(f"{name:12} {time.perf_counter() - start:6.1f} s  {result}", flush=True)
    return code == 0


def _run(command: Sequence[str], environ: dict[str, str], capture: bool) -> tuple[int, str]:
    program = shutil.which(command[0], path=sysconfig.get_path("scripts"))
    if program is None:
        return MISSING, f"{command[0]} is not installed here: python3 -m cnn_gui.setup --test\n"
    to = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if capture else {}
    done = subprocess.run([program, *command[1:]], cwd=ROOT, env=environ, text=True, check=False, **to)
    return done.returncode, done.stdout or ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
