"""Each layer's figures at the end of an epoch: by hand, from their definition, and through a file."""

import json
import time
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import presets
from engine.architecture import Architecture, new_layer
from engine.commands.report import JsonReport
from engine.data import catalogue
from engine.files.project import Project, open_project, save
from engine.files.weights import weights_of
from engine.health import LayerHealth, layer_parts, measure, step_norms
from engine.history import EpochResult, History, as_dict
from engine.learner import Learner
from engine.model import Model
from engine.parallel import Shards
from engine.trainer import PROBE, StepResult, Trainer
from tests.helpers import archives, tiny
from tests.helpers.layers import Array
from tests.helpers.runs import epochs_of, trainer

SAMPLES = Path(__file__).resolve().parents[1] / "data"


def network(*layers: Any, shape: tuple[int, int, int] = (1, 4, 4)) -> Model:
    return Model.build(Architecture(layers), shape, np.random.default_rng(0))


def nothing_moved(model: Model) -> Array:
    return np.full((2, len(model.layers)), np.nan)


def test_that_a_channel_is_dead_where_no_image_moves_it_at_any_position() -> None:
    model = network(new_layer("conv2d", filters=3, kernel_size=1), new_layer("relu"))
    conv = model.parameters.layers[0]
    conv["weight"][...] = np.array([1, 1, -1]).reshape(3, 1, 1, 1)
    conv["bias"][...] = [0, -0.9, 0]  # as it is, only above 0.9, never
    images = np.zeros((5, 1, 4, 4), np.float32)
    images[4, 0, 2, 3] = 1  # one position of one image keeps two channels alive
    before, after = measure(model, images, nothing_moved(model))
    assert (before.label, after.label) == ("Convolution", "ReLU")
    assert after.dead == pytest.approx(1 / 3)
    assert before.dead == 0  # the bias is no 0, and neither is -1 at that position
    assert measure(model, images[:4], nothing_moved(model))[1].dead == 1


def test_that_each_value_of_a_vector_is_a_unit() -> None:
    model = network(new_layer("flatten"), new_layer("dense", units=4), new_layer("relu"))
    dense = model.parameters.layers[1]
    dense["weight"][...], dense["bias"][...] = 0, [1, -1, 0, 2]
    figures = measure(model, np.zeros((3, 1, 4, 4), np.float32), nothing_moved(model))
    assert [layer.dead for layer in figures] == [1, 0.25, 0.5]


def test_that_mean_and_deviation_are_those_of_all_values_in_evaluation() -> None:
    model = Model.build(tiny.moody_architecture(), (1, 8, 8), np.random.default_rng(0))
    images = np.random.default_rng(1).random((20, 1, 8, 8), np.float32)
    figures = measure(model, images, nothing_moved(model))
    for layer, y in zip(figures, model.activations(images)[1:], strict=True):
        assert layer.mean == pytest.approx(y.mean(dtype=np.float64), rel=1e-5, abs=1e-6)
        assert layer.deviation == pytest.approx(y.std(dtype=np.float64), rel=1e-5)
    pooled, dropped = figures[3:5]
    assert dropped.label == "Dropout" and (dropped.mean, dropped.deviation) == (pooled.mean, pooled.deviation)


def test_that_norms_are_by_layer_and_what_is_no_number_is_nan() -> None:
    model = network(new_layer("flatten"), new_layer("dense", units=2), new_layer("dense", units=1))
    parts = layer_parts(model)
    assert [(p.start, p.stop) for p in parts] == [(0, 0), (0, 34), (34, 37)]
    before, gradient = np.zeros(37, np.float32), np.zeros(37, np.float32)
    before[:34], gradient[:2], gradient[34:] = 2, [3, 4], [0, 0, 1e30]  # whose square is no float32
    weights = before.copy()
    weights[33], weights[36] = 5, 1
    gradients, updates = step_norms(parts, gradient, weights, before)
    assert gradients[1:].tolist() == pytest.approx([5, 1e30])
    assert updates[1] == pytest.approx(3 / np.sqrt(34 * 4))
    assert isnan(gradients[0]) and isnan(updates[0]) and isnan(updates[2])  # no parameters; they were all 0


def test_that_an_epoch_has_the_norms_of_its_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer(architecture=tiny.moody_architecture(), threads=2)
    gradients: list[Array] = []
    train = Shards.train

    def recorded(self: Shards, *what: Any) -> Any:
        result = train(self, *what)
        gradients.append(self.gradient.copy())
        return result

    monkeypatch.setattr(Shards, "train", recorded)
    weights, results = [run.model.parameters.learned.copy()], []
    for event in run.run():
        if isinstance(event, StepResult):
            weights.append(run.model.parameters.learned.copy())
        if isinstance(event, EpochResult):
            results.append((event, gradients[-1], weights[-2], weights[-1]))
    for epoch, gradient, before, after in results:
        conv, norm, relu = epoch.layers[:3]
        ours = slice(0, conv_size := 3 * 9 + 3)
        assert conv.gradient_norm == pytest.approx(np.linalg.norm(gradient[ours]), rel=1e-5)
        moved = np.linalg.norm(after[ours] - before[ours]) / np.linalg.norm(before[ours])
        assert conv.update_ratio == pytest.approx(moved, rel=1e-5) and moved > 0
        assert norm.gradient_norm == pytest.approx(np.linalg.norm(gradient[conv_size : conv_size + 6]), rel=1e-5)
        assert isnan(relu.gradient_norm) and isnan(relu.update_ratio)


def test_that_every_epoch_has_the_layers_in_order() -> None:
    run = trainer()
    for epoch in epochs_of(list(run.run())):
        assert [layer.uid for layer in epoch.layers] == [spec.uid for spec in run.model.architecture.layers]
        assert [layer.label for layer in epoch.layers] == [
            "Convolution", "ReLU", "Pooling", "Flatten", "Dense", "Softmax",
        ]  # fmt: skip
        assert epoch.layers[-1].mean == pytest.approx(0.5)  # probabilities of two classes


def test_that_the_images_looked_at_are_the_same_in_every_run_and_trained_on() -> None:
    one, two = (trainer(tiny.dataset(train=400), seed=seed) for seed in (0, 1))
    assert (one._probe.samples.images == two._probe.samples.images).all()
    assert len(one._probe.samples) == PROBE
    trained = {image.tobytes() for image in one.dataset.train.images}
    assert {image.tobytes() for image in one._probe.samples.images} <= trained


def test_that_values_too_large_to_be_squared_are_measured_without_a_warning() -> None:
    model = network(new_layer("flatten"), new_layer("dense", units=2))
    model.parameters.layers[1]["weight"][...] = 1e30
    (_, dense) = measure(model, np.ones((3, 1, 4, 4), np.float32), nothing_moved(model))
    assert dense.mean == pytest.approx(1.6e31)
    values = as_dict(EpochResult(*range(10), layers=(replace(dense, deviation=np.inf),)))
    assert values["layers"][0]["deviation"] is None and values["layers"][0]["gradient_norm"] is None


# Kept with the history.


def two_networks() -> History:
    """Return a history in which the layers changed between two runs."""
    first = trainer(architecture=tiny.architecture())
    list(first.run())
    second = trainer(architecture=tiny.moody_architecture(), history=first.history)
    list(second.run())
    return second.history


def assert_same(a: History, b: History) -> None:
    assert [len(e.layers) for e in a.epochs] == [len(e.layers) for e in b.epochs]
    for name, values in a.to_arrays().items():
        np.testing.assert_array_equal(values, b.to_arrays()[name], strict=True)


def test_that_layers_survive_the_arrays_of_a_history_even_where_the_network_changed() -> None:
    history = two_networks()
    again = History.from_arrays(history.to_arrays())
    assert [len(epoch.layers) for epoch in again.epochs] == [6, 6, 8, 8]
    assert again.epochs[3].layers[4].label == "Dropout"
    assert str(again.epochs) == str(history.epochs)
    assert_same(again, history)


def project_with(history: History) -> Project:
    run = trainer()
    model = run.model
    return Project(model.architecture, run.settings, (1, 8, 8), ("a", "b"), "bundled", weights_of(model), history)


def test_that_layers_survive_a_project_file(tmp_path: Path) -> None:
    project = project_with(two_networks())
    save(tmp_path / "a.cnn", project)
    assert_same(open_project(tmp_path / "a.cnn").history, project.history)


def test_that_a_file_without_layers_opens() -> None:
    epochs = open_project(SAMPLES / "project-v1.cnn").history.epochs
    assert len(epochs) == 2 and all(epoch.layers == () for epoch in epochs)
    assert as_dict(epochs[0])["layers"] == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"layer_row": np.array([0.5] * 12)}, {"layer_row": np.array([2.0] * 12)}, {"layer_row": np.array([-1.0] * 12)},
        {"layer_row": np.array([np.nan] * 12)}, {"layer_mean": np.zeros(3)}, {"layer_mean": np.zeros((12, 1))},
        {"layer_mean": np.array(["x"] * 12)}, {"layer_uid": np.array(["a"])}, {"layer_dead": None}, {"layer_row": None},
    ],
)  # fmt: skip
def test_that_layers_this_program_did_not_write_are_refused(spoil: dict[str, Any], tmp_path: Path) -> None:
    run = trainer()
    list(run.run())
    arrays = {name: v for name, v in {**run.history.to_arrays(), **spoil}.items() if v is not None}
    with pytest.raises((KeyError, ValueError)):
        History.from_arrays(arrays)
    path = tmp_path / "a.cnn"
    save(path, project_with(run.history))
    entries: dict[str, Any] = archives.unpacked(path.read_bytes())
    for name, array in spoil.items():
        entries.pop(f"history/{name}.npy")
        if array is not None:
            entries[f"history/{name}.npy"] = array
    path.write_bytes(archives.packed(entries))
    with pytest.raises(ValueError, match=r"^a.cnn: its training history is incomplete"):
        open_project(path)


def test_that_json_has_the_layers_as_a_list_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    report = JsonReport()
    for event in trainer(epochs=1).run():
        report.show(event)
    (line,) = capsys.readouterr().out.splitlines()
    layers = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["layers"]
    assert [layer["label"] for layer in layers] == ["Convolution", "ReLU", "Pooling", "Flatten", "Dense", "Softmax"]
    assert set(layers[0]) == {"uid", "label", "mean", "deviation", "dead", "gradient_norm", "update_ratio"}
    assert layers[1]["gradient_norm"] is None and layers[0]["gradient_norm"] > 0


@pytest.mark.slow
def test_that_measuring_costs_less_than_two_hundredths_of_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []

    def timed(function: Any) -> Any:
        def run(*what: Any) -> Any:
            start = time.perf_counter()
            result = function(*what)
            spent.append(time.perf_counter() - start)
            return result

        return run

    monkeypatch.setattr("engine.trainer.measure", timed(measure))
    monkeypatch.setattr(Learner, "norms", timed(Learner.norms))
    preset, data = presets.load("lenet5"), catalogue.load("bundled")
    model = Model.build(preset.architecture, data.image_shape, np.random.default_rng(0))
    run = Trainer(model, data, replace(preset.settings, epochs=5, validation=0.0))
    seconds = min(epoch.seconds for epoch in epochs_of(list(run.run())))
    norms, measured = min(spent[::2]), min(spent[1::2])  # of five times each
    assert len(data.train) == 5000 and norms + measured < 0.02 * seconds


def test_that_a_layers_figures_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        LayerHealth("a", "ReLU", 0, 1, 0, 0, 0).mean = 1  # type: ignore[misc]
