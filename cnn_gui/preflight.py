"""Name what this machine lacks, and the remedy, before Qt aborts without saying either.

Standard library only: this runs where nothing has been installed yet.
"""

# An older Python must get as far as the sentence that says it is too old.
from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

APT, SUDO = Path("/usr/bin/apt-get"), Path("/usr/bin/sudo")
OLDEST_PYTHON = (3, 11)
MODULES = ("PySide6", "pyqtgraph", "numpy", "PIL", "threadpoolctl")

# What the Qt of PySide6-Essentials is linked with and does not bring along: library -> Debian package.
_EVERY_PLATFORM = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",  # depends on a font package: without one Qt draws no text
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
_ONE_PLATFORM = {
    "xcb": {
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxcb.so.1": "libxcb1",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render.so.0": "libxcb-render0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-shm.so.0": "libxcb-shm0",
        "libxcb-sync.so.1": "libxcb-sync1",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xfixes.so.0": "libxcb-xfixes0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    },
    "wayland": {
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
        "libwayland-egl.so.1": "libwayland-egl1",
    },
}


def check_or_exit(environ: Mapping[str, str] = os.environ) -> None:
    """Return if the application can start here; otherwise print why not, and what to do, and exit with 2."""
    found = problems(environ)
    if found:
        print("cnn-gui cannot start.", *found, sep="\n", file=sys.stderr)
        raise SystemExit(2)


def problems(environ: Mapping[str, str]) -> list[str]:
    """Return one sentence, with its remedy, for each thing that stops the application from starting.

    Args:
        environ: the environment variables that choose Qt's platform, as in ``os.environ``.
    """
    if sys.version_info < OLDEST_PYTHON:
        return [python_problem()]
    modules = [name for name in MODULES if importlib.util.find_spec(name) is None]
    found = [_modules_problem(modules)] if modules else []
    return found + (_linux_problems(environ) if sys.platform == "linux" else [])


def platforms(environ: Mapping[str, str]) -> list[str]:
    """Return the Qt platforms to try under Linux, e.g. ``["wayland", "xcb"]``; none without a screen."""
    if wanted := environ.get("QT_QPA_PLATFORM"):
        return [name.partition(":")[0] for name in wanted.split(";")]
    screens = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    return [name for name, variable in screens.items() if environ.get(variable)]


def missing_libraries(platform: str) -> list[str]:
    """Return the shared libraries that Qt's *platform* is linked with and that cannot be loaded."""
    return [name for name in libraries(platform) if not _loads(name)]


def libraries(platform: str) -> dict[str, str]:
    """Return library -> Debian package for all that Qt's *platform* is linked with."""
    return _EVERY_PLATFORM | _ONE_PLATFORM.get(platform, {})


def packages(missing: Iterable[str]) -> list[str]:
    """Return the Debian packages that hold the *missing* libraries, sorted and without repeats."""
    known = _EVERY_PLATFORM | _ONE_PLATFORM["xcb"] | _ONE_PLATFORM["wayland"]
    return sorted({known[name] for name in missing})


def apt_line(names: Iterable[str]) -> str:
    """Return the shell line that installs Debian packages: with sudo where that is there and needed."""
    sudo = "sudo " if os.geteuid() != 0 and SUDO.exists() else ""
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {' '.join(names)}"


def python_problem() -> str:
    """Return the sentence for a Python that is too old."""
    needed, here = (".".join(map(str, version[:2])) for version in (OLDEST_PYTHON, sys.version_info))
    return f"It needs Python {needed} or newer; this is Python {here} ({sys.executable})."


def _linux_problems(environ: Mapping[str, str]) -> list[str]:
    candidates = platforms(environ)
    if not candidates:
        return [_NO_SCREEN.format(sys.executable)]
    missing = min((missing_libraries(name) for name in candidates), key=len)
    if missing:
        return [_libraries_problem(missing)]
    if candidates == ["xcb"] and not _x_answers(environ.get("DISPLAY", "")):
        return [_SILENT_SCREEN.format(environ.get("DISPLAY", ""))]
    return []


def _x_answers(display: str) -> bool:
    """Try the connection that Qt will make; where it fails, Qt blames libxcb-cursor0 and aborts."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _modules_problem(missing: list[str]) -> str:
    return (
        f"Not installed for {sys.executable}: {', '.join(missing)}. Install it all "
        "(with --test, what the tests need too) by:\n    python3 -m cnn_gui.setup"
    )


def _libraries_problem(missing: list[str]) -> str:
    what = f"Qt needs system libraries that are missing: {', '.join(missing)}."
    if not APT.exists():
        return f"{what} Install the packages of your system that hold them."
    return f"{what} Install them with:\n    {apt_line(packages(missing))}"


_NO_SCREEN = (
    "There is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set. Start it from a desktop session, "
    "through 'ssh -X', or on a virtual screen (Debian: apt-get install xvfb xauth):\n    xvfb-run -a {} -m cnn_gui"
)
_SILENT_SCREEN = (
    "The X screen '{}' (DISPLAY) does not answer, or refuses this user. Check that it is running, "
    "and that this user may use it."
)
