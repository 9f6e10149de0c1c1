"""What the shipped digits, the shipped network and the preset promise, measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import resources
from engine import cli, presets
from engine.data import catalogue
from engine.evaluation import evaluate
from engine.files.project import Project, open_project
from engine.files.weights import trained_model
from engine.model import Model
from resources import make_models

PROMISE = 0.983  # of the 1,000 bundled test digits


@pytest.fixture(scope="module")
def project() -> Project:
    return open_project(resources.path("models", "lenet5.cnn"))


@pytest.fixture(scope="module")
def model(project: Project) -> Model:
    return trained_model(project.architecture, project.input_shape, project.weights)


def test_that_the_shipped_network_reads_the_test_digits_as_well_as_its_history_says(
    project: Project, model: Model
) -> None:
    loss, accuracy = evaluate(model, catalogue.load("bundled").test, threads=1)
    last = project.history.epochs[-1]
    assert accuracy >= PROMISE
    assert accuracy == pytest.approx(last.test_accuracy, abs=0.001)  # another machine may round one digit over
    assert loss == pytest.approx(last.test_loss, rel=0.01)


def test_that_the_shipped_network_is_the_preset_with_its_whole_history(project: Project) -> None:
    preset = presets.load("lenet5")
    assert [spec.config for spec in project.architecture.layers] == [s.config for s in preset.architecture.layers]
    assert replace(project.settings, validation=preset.settings.validation) == preset.settings
    assert project.settings.validation > 0  # so that a run that goes on from it has images it never saw
    assert project.data_source == "bundled"
    assert len(project.history.epochs) == project.settings.epochs
    assert project.history.steps == project.history.epochs[-1].step
    assert project.history.loss[: project.history.steps].min() > 0


def test_that_the_notice_of_the_shipped_network_is_what_the_command_writes() -> None:
    path = resources.path("models", "lenet5.cnn")
    assert path.with_name("NOTICE").read_text(encoding="utf-8") == make_models.notice(path)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_that_the_promised_command_keeps_its_promise(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    options = "--preset lenet5 --data bundled --epochs 24 --augment --seed 0 --json"
    assert cli.main(["train", *options.split(), "--out", str(tmp_path / "out.cnn")]) == 0
    final = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert final["final"] is True
    assert final["test_accuracy"] >= PROMISE
    assert final["seconds"] < 60
    assert open_project(tmp_path / "out.cnn").history.epochs[-1].test_accuracy == final["test_accuracy"]
