"""The set-up command does what is needed, once, and ends every failure in a sentence."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from cnn_gui import preflight, setup

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="apt-get, sudo and the stand-ins for them")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without two libraries, whose programs write down how they were called; root is at work."""
    for program in ("apt-get", "env", "sudo"):
        add_program(tmp_path / "bin" / program, f'echo "{program} $*" >> "{tmp_path}/calls"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform: ["libEGL.so.1", "libX11.so.6"])
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine with all libraries; the Python of its ``.venv`` writes down how it was called."""
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform: [])
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    add_program(tmp_path / ".venv/bin/python", f'echo "$*" >> "{tmp_path}/calls"')
    return tmp_path


def add_program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def calls(folder: Path) -> list[str]:
    path = folder / "calls"
    return path.read_text().splitlines() if path.exists() else []


def pip_installs(folder: Path) -> list[str]:
    return [line for line in calls(folder) if " install " in line]


def test_that_root_updates_the_lists_and_installs_the_missing_packages_without_questions(machine: Path) -> None:
    assert setup.main(["--libraries-only"]) == 0
    update, install = calls(machine)
    assert update == "env DEBIAN_FRONTEND=noninteractive apt-get update"
    assert install.startswith("env DEBIAN_FRONTEND=noninteractive apt-get ")
    assert install.endswith("install -y --no-install-recommends libegl1 libx11-6")


def test_that_another_user_installs_through_sudo(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert setup.main(["--libraries-only"]) == 0
    assert [line.split()[0] for line in calls(machine)] == ["sudo", "sudo"]


def test_that_without_root_and_sudo_the_line_for_root_is_printed(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (machine / "bin" / "sudo").unlink()
    assert setup.main(["--libraries-only"]) == 2
    assert "apt-get install -y --no-install-recommends libegl1 libx11-6" in capsys.readouterr().err
    assert calls(machine) == []


def test_that_a_linux_without_apt_is_told_which_libraries_to_install(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine / "bin" / "apt-get").unlink()
    assert setup.main(["--libraries-only"]) == 2
    assert "libEGL.so.1, libX11.so.6" in capsys.readouterr().err


def test_that_a_failure_of_apt_shows_three_of_its_complaints_and_the_line_to_repeat(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_program(machine / "bin" / "env", "for i in 1 2 3 4; do echo Reading; echo E: No package $i; done; exit 100")
    assert setup.main(["--libraries-only"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("E: No package 1\nE: No package 2\nE: No package 3\napt-get could not")
    assert "apt-get install -y" in said


def test_that_a_machine_with_all_libraries_is_left_alone(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preflight, "missing_libraries", lambda platform: [])
    assert setup.main(["--libraries-only"]) == 0
    assert calls(machine) == []
    assert "all there" in capsys.readouterr().out


def test_that_under_wayland_its_libraries_are_looked_for_too(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "missing_libraries", {"xcb": [], "wayland": ["libwayland-egl.so.1"]}.__getitem__)
    assert setup.missing_packages(with_venv=False) == []
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert setup.missing_packages(with_venv=False) == ["libwayland-egl1"]


def test_that_the_venv_package_is_added_where_debian_has_left_it_out(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert setup.missing_packages(with_venv=True)[-1] == wanted
    assert wanted not in setup.missing_packages(with_venv=False)


def test_that_the_project_is_installed_once_and_again_only_when_its_needs_change(project: Path) -> None:
    assert setup.main([]) == 0
    assert pip_installs(project) == [f"-m pip --disable-pip-version-check install --quiet --editable {project}"]
    assert setup.main([]) == 0
    assert len(pip_installs(project)) == 1
    (project / "pyproject.toml").write_text("[project]\ndependencies = ['more']\n")
    assert setup.main([]) == 0
    assert len(pip_installs(project)) == 2


def test_that_what_the_tests_need_is_added_later_and_serves_the_application_too(project: Path) -> None:
    assert setup.main([]) == 0
    assert setup.main(["--test"]) == 0
    assert setup.main([]) == 0
    assert [line.rpartition(" ")[2] for line in pip_installs(project)] == [str(project), f"{project}[test]"]


def test_that_a_failure_of_pip_ends_in_a_sentence_and_the_next_run_tries_again(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_program(project / ".venv/bin/python", '[ "$4" = --version ] || { echo "ERROR: no connection"; exit 1; }')
    assert setup.main([]) == 1
    assert "ERROR: no connection\npip could not install" in capsys.readouterr().err
    add_program(project / ".venv/bin/python", f'echo "$*" >> "{project}/calls"')
    assert setup.main([]) == 0
    assert len(pip_installs(project)) == 1


def test_that_a_broken_environment_is_made_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_program(project / ".venv/bin/python", "exit 1")
    add_program(project / "bin/python3", f'echo "$*" >> "{project}/calls"; exit 1')
    monkeypatch.setattr(sys, "executable", str(project / "bin/python3"))
    assert setup.main([]) == 1
    assert calls(project) == [f"-m venv --clear {project}/.venv"]


def test_that_an_installed_copy_is_not_installed_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "pyproject.toml").unlink()
    assert setup.main([]) == 2
    assert "--libraries-only" in capsys.readouterr().err


def test_that_an_old_python_is_told_so_before_anything_is_done(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert setup.main([]) == 2
    assert "needs Python 3.11" in capsys.readouterr().err
    assert calls(machine) == []


def test_that_ctrl_c_ends_in_a_sentence(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(platform: str) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(preflight, "missing_libraries", interrupted)
    assert setup.main([]) == 130
    assert "Stopped" in capsys.readouterr().err
