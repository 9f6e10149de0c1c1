"""Install what the application needs: ``python3 -m cnn_gui.setup [--test] [--libraries-only]``.

System libraries come by apt where they are missing; the project and its packages go into ``.venv`` beside it.
A second run changes nothing. Standard library only.
"""

# An older Python must get as far as the sentence that says it is too old.
from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cnn_gui import preflight

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = "Scripts" if os.name == "nt" else "bin"
_COMPLAINT = re.compile(r"E: |error|\w*Error\b", re.IGNORECASE)  # of apt; of pip and what it runs


class SetupError(Exception):
    """Setup cannot go on: a sentence that says why and what to do, and the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


def main(arguments: Sequence[str] | None = None) -> int:
    """Install; return 0, 1 if an installation failed, or 2 if the person has to do something first."""
    options = _parser().parse_args(arguments)
    try:
        _check_python()
        install_packages(missing_packages(with_venv=not options.libraries_only))
        if not options.libraries_only:
            install_project(ROOT, "test" if options.test else "")
    except SetupError as error:
        print(error, file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("Stopped. Run the same line again; finished parts are kept.", file=sys.stderr)
        return 130
    return 0


def missing_packages(with_venv: bool) -> list[str]:
    """Return the Debian packages that a window, and where asked a virtual environment, need and lack.

    Raises:
        SetupError: libraries are missing on a Linux without apt.
    """
    if sys.platform != "linux":
        return []
    screens = ("xcb", "wayland") if os.environ.get("WAYLAND_DISPLAY") else ("xcb",)
    libraries = sorted({name for screen in screens for name in preflight.missing_libraries(screen)})
    packages = preflight.packages(libraries)
    if with_venv and importlib.util.find_spec("ensurepip") is None:  # Debian packs it apart from Python
        packages.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    if packages and shutil.which("apt-get") is None:
        raise SetupError(f"This is no Debian; install by hand what holds: {', '.join(libraries or packages)}.", 2)
    return packages


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian *packages*, as root or through sudo.

    Raises:
        SetupError: apt failed, or this is neither root nor a machine with sudo.
    """
    if not packages:
        print("System libraries: all there.", flush=True)
        return
    root = os.geteuid() == 0
    if not root and shutil.which("sudo") is None:
        raise SetupError(f"System packages are missing. As root, run:\n    {preflight.apt_line(packages)}", 2)
    print(f"System libraries: installing {' '.join(packages)} (about a minute)", flush=True)
    apt = [*([] if root else ["sudo"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    subprocess.run([*apt, "update"], capture_output=True, check=False)  # if it fails, old lists may still do
    _run(
        [*apt, "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", *packages],
        "apt-get could not install them. Is the network there? Run the same line again, or:\n"
        f"    {preflight.apt_line(packages)}",
    )


def install_project(root: Path, extra: str) -> None:
    """Install the project at *root*, editable, with its optional dependencies *extra*, into its ``.venv``.

    Raises:
        SetupError: there is no project at *root*, or venv or pip failed.
    """
    if not (root / "pyproject.toml").exists():
        raise SetupError("This copy is installed already; --libraries-only adds the system libraries.", 2)
    environment = root / ".venv"
    stamp = environment / "cnn-gui-installed"
    made_of = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
    if made_of not in (_ingredients(root, extra), _ingredients(root, "test")):
        _pip_install(environment, f"{root}[{extra}]" if extra else str(root))
        stamp.write_text(_ingredients(root, extra), encoding="utf-8")
    print(f"Python packages: all there. To start: {environment / PROGRAMS / 'cnn-gui'}", flush=True)


def _ingredients(root: Path, extra: str) -> str:
    """Return what an installation is made of; a change of any part calls for pip again."""
    wanted = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    return f"{root} {sys.version_info[:2]} {wanted} {extra}"


def _pip_install(environment: Path, project: str) -> None:
    pip = [str(environment / PROGRAMS / "python"), "-m", "pip", "--disable-pip-version-check"]
    if not _works([*pip, "--version"]):
        print(f"Python packages: making {environment}", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(environment)], "Python could not make it.")
    print("Python packages: installing (about 100 MB to download, a minute or two)", flush=True)
    _run(
        [*pip, "install", "--quiet", "--editable", project],
        "pip could not install them. Is the network there? Run the same line again.",
    )


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _run(command: Sequence[str], failure: str) -> None:
    """Run *command* quietly; if it fails, raise a SetupError with its first complaints and *failure*."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        lines = [line.strip() for line in done.stdout.splitlines()]
        complaints = [line for line in lines if _COMPLAINT.match(line)] or lines[-3:]
        raise SetupError("\n".join([*complaints[:3], failure]))


def _check_python() -> None:
    if sys.version_info < preflight.OLDEST_PYTHON:
        raise SetupError(preflight.python_problem(), 2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m cnn_gui.setup", description="Install cnn-gui here.")
    parser.add_argument("--test", action="store_true", help="also install what the tests need")
    parser.add_argument("--libraries-only", action="store_true", help="install the system libraries alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
