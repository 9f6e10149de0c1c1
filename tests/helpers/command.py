"""Running ``cnn-engine`` in this process, on data files and presets that take no time."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import cli, presets
from engine.data import catalogue
from engine.data.dataset import Dataset
from engine.data.npz import read_npz
from engine.settings import TrainingSettings
from tests.helpers import archives, tiny

Captured = pytest.CaptureFixture[str]


def run(*arguments: Any) -> int:
    """Run a command and return its exit code."""
    return cli.main([str(argument) for argument in arguments])


def lines(capsys: Captured, *arguments: Any) -> list[str]:
    """Run a command that must do what it is asked, and return the lines that it prints."""
    assert run(*arguments) == 0
    return capsys.readouterr().out.splitlines()


def values(capsys: Captured, *arguments: Any) -> list[dict[str, Any]]:
    """Run a command with --json and return its JSON objects, one a line."""
    return [json.loads(line) for line in lines(capsys, *arguments, "--json")]


def refused(capsys: Captured, *arguments: Any) -> str:
    """Run a command that must refuse with exit code 2, one sentence and nothing else, and return the sentence."""
    try:
        code: object = run(*arguments)
    except SystemExit as error:  # argparse
        code = error.code
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.startswith("cnn-engine") and err.endswith(".\n") and err.count("\n") == 1
    return err


def write(path: Path, dataset: Dataset) -> Path:
    """Write *dataset* as a .npz."""
    splits = {"train": dataset.train, "test": dataset.test}
    images = {f"x_{name}": split.images for name, split in splits.items()}
    return archives.write(path, {**images, **{f"y_{name}": split.labels for name, split in splits.items()}})


def add_small_preset(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Make "small" a preset: a tiny network for two classes of 8 × 8 images, as ``tiny.dataset`` has them."""
    chosen = TrainingSettings(**{"epochs": 2, "batch_size": 8, "learning_rate": 0.01, "validation": 0.0, **settings})
    lenet = presets.load("lenet5")
    preset = replace(lenet, architecture=tiny.architecture(), settings=chosen, input_shape=(1, 8, 8))
    monkeypatch.setitem(presets.BUILDERS, "small", lambda: preset)


def add_bands_as_bundled(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """Make "bundled" mean the data in the file *data*."""
    monkeypatch.setattr(catalogue, "_bundled", lambda: read_npz(data))
