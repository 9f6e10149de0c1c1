"""A project keeps no more of its data's path than it needs, and finds the data again when both have moved."""

import json
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from engine.files import checkpoint, places
from engine.files.project import Project, open_project, save
from engine.history import History
from engine.settings import TrainingSettings
from tests.helpers import archives, runs, tiny


def project(source: Path | str) -> Project:
    return Project(tiny.architecture(), TrainingSettings(), (1, 8, 8), ("0", "1"), str(source), {}, History())


def written(path: Path) -> str:
    """Return the source of data that the file at *path* holds."""
    with zipfile.ZipFile(path) as file:
        source: str = json.loads(file.read("project.json"))["data_source"]
    return source


@pytest.mark.parametrize(
    ("net", "data", "kept"),
    [
        ("net.cnn", "data.npz", "./data.npz"),
        ("net.cnn", "sets/data.npz", "./sets/data.npz"),
        ("nets/net.cnn", "sets/data.npz", "../sets/data.npz"),
        ("a/b/net.cnn", "data.npz", "../../data.npz"),
        ("net.cnn", "bundled", "./bundled"),
        ("net.cnn", "a b &.npz", "./a b &.npz"),
    ],
)
@pytest.mark.parametrize("options", ["", ":grey:crop=4x4"])
def test_that_a_project_and_its_data_move_together(
    tmp_path: Path, net: str, data: str, kept: str, options: str
) -> None:
    here, there = tmp_path / "anna", tmp_path / "elsewhere" / "bob"
    for file in (net, data):
        (here / file).parent.mkdir(parents=True, exist_ok=True)
    archives.write(here / data, archives.arrays())
    save(here / net, project(f"{here / data}{options}"))
    assert written(here / net) == kept + options and "anna" not in written(here / net)
    assert open_project(here / net).data_source == f"{here / data}{options}"
    there.parent.mkdir()
    here.rename(there)
    assert open_project(there / net).data_source == f"{there / data}{options}"


def test_that_what_ships_and_what_has_nothing_in_common_is_kept_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home" / "anna")
    mine, others = tmp_path / "home" / "anna" / "net.cnn", tmp_path / "home" / "bob" / "data.npz"
    assert places.kept("bundled", mine) == "bundled" == places.found("bundled", mine)
    assert places.kept(str(others), mine) == str(others), "what they share is the folder of all users"
    root = Path(tmp_path.anchor)
    assert places.kept(str(root / "data.npz"), root / "x" / "net.cnn") == str(root / "data.npz")
    assert places.kept("relative.npz", mine) == "relative.npz" == places.found("relative.npz", mine)


@pytest.mark.parametrize("beside", ["mnist.npz", "data/mnist.npz", "sets/data/mnist.npz", "../data/mnist.npz"])
@pytest.mark.parametrize("old", ["/home/anna/sets/data/mnist.npz", r"C:\Users\anna\sets\data\mnist.npz"])
def test_that_data_of_an_older_project_is_found_beside_it(tmp_path: Path, beside: str, old: str) -> None:
    folder = tmp_path / "nets"
    folder.mkdir()
    (folder / beside).parent.mkdir(parents=True, exist_ok=True)
    archives.write(folder / beside, archives.arrays())
    found = places.found(f"{old}:grey", folder / "net.cnn")
    assert Path(found.removesuffix(":grey")).samefile(folder / beside) and found.endswith(":grey")


def test_that_data_that_is_still_there_is_used_where_it_is(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        archives.write(tmp_path / folder / "a.npz", archives.arrays())
    assert places.found(str(tmp_path / "old" / "a.npz"), tmp_path / "new" / "net.cnn") == str(
        tmp_path / "old" / "a.npz"
    )


def test_that_data_that_is_nowhere_is_named_by_its_whole_path(tmp_path: Path) -> None:
    assert places.found("./gone.npz", tmp_path / "net.cnn") == str(tmp_path / "gone.npz")
    assert places.found("/gone/../a\0b", tmp_path / "net.cnn") == "/gone/../a\0b"


def test_that_a_path_in_a_file_leads_nowhere_by_its_dots(tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    archives.write(tmp_path / "secret.npz", archives.arrays())
    gone = "/nowhere/../../secret.npz/.."
    assert places.found(gone, tmp_path / "nets" / "a" / "net.cnn") == gone


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links")
def test_that_a_project_behind_a_link_is_relative_to_where_it_really_lies(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    data = archives.write(tmp_path / "real" / "data.npz", archives.arrays())
    save(tmp_path / "real" / "net.cnn", project(data))
    (tmp_path / "link.cnn").symlink_to(tmp_path / "real" / "net.cnn")
    save(tmp_path / "link.cnn", open_project(tmp_path / "link.cnn"))
    assert written(tmp_path / "real" / "net.cnn") == "./data.npz"
    assert open_project(tmp_path / "link.cnn").data_source == str(data)


def test_that_a_saved_run_moves_with_its_data_too(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    data = archives.write(here / "data.npz", archives.arrays())
    run = runs.trainer()
    saved = replace(project(data), architecture=run.model.architecture, settings=run.settings)
    checkpoint.save(here / "run.cnn-run", saved, run.state())
    assert written(here / "run.cnn-run") == "./data.npz"
    shutil.move(here, there)
    assert checkpoint.load(there / "run.cnn-run")[0].data_source == str(there / "data.npz")
