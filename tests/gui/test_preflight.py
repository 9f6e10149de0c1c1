"""What a machine lacks is named, with its remedy, before Qt gets the chance to abort."""

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from cnn_gui import preflight

linux = pytest.mark.skipif(sys.platform != "linux", reason="only under Linux does Qt use libraries of the system")

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set of libraries that will not load; a test adds what it wants to remove."""
    names: set[str] = set()
    load = ctypes.CDLL

    def load_what_is_there(name: str) -> ctypes.CDLL:
        if name in names:
            raise OSError(f"{name}: cannot open shared object file: No such file or directory")
        return load(name)

    monkeypatch.setattr(ctypes, "CDLL", load_what_is_there)
    return names


def needed(library: Path) -> set[str]:
    """Return the names of the libraries that a 64-bit ELF file is linked with (its DT_NEEDED entries)."""
    data = library.read_bytes()
    table, size, count = struct.unpack_from("<Q", data, 40)[0], *struct.unpack_from("<HH", data, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * size) for i in range(count)]
    dynamic = next(section for section in sections if section[1] == 6)
    strings = sections[dynamic[6]][4]
    entries = struct.iter_unpack("<QQ", data[dynamic[4] : dynamic[4] + dynamic[5]])
    starts = [strings + value for tag, value in entries if tag == 1]
    return {data[start : data.index(b"\0", start)].decode() for start in starts}


@linux
@pytest.mark.parametrize(
    ("platform", "plugin"), [("offscreen", "libqoffscreen"), ("xcb", "libqxcb"), ("wayland", "libqwayland")]
)
def test_that_every_library_that_qt_is_linked_with_is_on_the_list(platform: str, plugin: str) -> None:
    import PySide6

    qt = Path(PySide6.__file__).parent / "Qt"
    own = {path.name for path in (qt / "lib").iterdir()}
    todo, linked = [qt / "plugins" / "platforms" / f"{plugin}.so", *(qt / "lib").glob("libQt6Widgets.so.6")], set()
    while todo:
        for name in needed(todo.pop()) - linked:
            linked.add(name)
            todo += [qt / "lib" / name] if name in own else []
    with_python = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2",
                   "ld-linux-aarch64.so.1", "libstdc++.so.6", "libgcc_s.so.1"}  # fmt: skip
    assert linked - own - with_python <= set(preflight.libraries(platform))


@linux
def test_that_a_complete_machine_has_no_problem() -> None:
    assert preflight.problems(OFFSCREEN) == []
    preflight.check_or_exit(OFFSCREEN)


@linux
def test_that_a_missing_library_is_named_with_the_apt_line_of_its_package(
    removed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "APT", Path(__file__))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    removed |= {"libglib-2.0.so.0", "libgthread-2.0.so.0", "libEGL.so.1"}
    (problem,) = preflight.problems(OFFSCREEN)
    assert "libEGL.so.1, libglib-2.0.so.0, libgthread-2.0.so.0" in problem
    assert problem.endswith("apt-get install -y --no-install-recommends libegl1 libglib2.0-0")


@linux
@pytest.mark.parametrize(
    ("user", "has_sudo", "first"), [(0, True, "apt-get"), (7, True, "sudo"), (7, False, "apt-get")]
)
def test_that_the_apt_line_uses_sudo_where_it_is_there_and_needed(
    user: int, has_sudo: bool, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(preflight, "SUDO", Path(__file__) if has_sudo else Path("/no/sudo"))
    assert [part.split()[0] for part in preflight.apt_line(["libgl1"]).split("&& ")] == [first, first]


@linux
def test_that_without_apt_the_sentence_asks_for_the_packages_of_the_system(
    removed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "APT", Path("/no/apt-get"))
    removed.add("libEGL.so.1")
    (problem,) = preflight.problems(OFFSCREEN)
    assert "libEGL.so.1" in problem and "apt-get" not in problem


@linux
def test_that_check_or_exit_prints_the_problem_and_exits_with_two(
    removed: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    removed.add("libfontconfig.so.1")
    with pytest.raises(SystemExit) as stop:
        preflight.check_or_exit(OFFSCREEN)
    assert stop.value.code == 2
    assert "libfontconfig.so.1" in capsys.readouterr().err


@linux
def test_that_a_library_of_x_is_needed_for_x_alone(removed: set[str]) -> None:
    removed.add("libxcb-cursor.so.0")
    assert preflight.problems(OFFSCREEN) == []
    assert preflight.missing_libraries("offscreen") == []
    assert preflight.missing_libraries("xcb") == ["libxcb-cursor.so.0"]


@linux
def test_that_a_desktop_with_wayland_and_x_starts_when_one_of_them_is_complete(
    removed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "missing_libraries", {"xcb": ["libxcb-cursor.so.0"], "wayland": []}.get)
    assert preflight.problems({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}) == []
    assert "libxcb-cursor0" in preflight.problems({"DISPLAY": ":0"})[0]


@linux
def test_that_a_machine_without_a_screen_is_told_how_to_start_all_the_same() -> None:
    (problem,) = preflight.problems({})
    assert "DISPLAY" in problem and "xvfb-run" in problem


@linux
def test_that_a_screen_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform: [])
    (problem,) = preflight.problems({"DISPLAY": ":987"})
    assert "':987'" in problem


def test_that_a_missing_python_package_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(preflight, "MODULES", ("PySide6", "no_such_package"))
    (problem,) = preflight.problems(OFFSCREEN)
    assert "no_such_package" in problem and "PySide6" not in problem
    assert "python3 -m cnn_gui.setup" in problem


def test_that_an_old_python_is_named_and_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(preflight, "MODULES", ("no_such_package",))
    (problem,) = preflight.problems({})
    assert "needs Python 3.11 or newer; this is Python 3.9" in problem


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, []),
        ({"DISPLAY": ""}, []),
        ({"DISPLAY": ":0"}, ["xcb"]),
        ({"WAYLAND_DISPLAY": "wayland-0"}, ["wayland"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["wayland", "xcb"]),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, ["offscreen"]),
        ({"QT_QPA_PLATFORM": "wayland:option;xcb"}, ["wayland", "xcb"]),
    ],
)
def test_that_the_platforms_are_those_that_qt_would_try(environ: dict[str, str], expected: list[str]) -> None:
    assert preflight.platforms(environ) == expected


def test_that_the_check_imports_nothing_but_the_standard_library() -> None:
    code = "import sys; from cnn_gui import preflight, setup; print({'PySide6', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.stdout == "set()\n", done.stderr
