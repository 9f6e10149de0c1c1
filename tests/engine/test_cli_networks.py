"""``cnn-engine presets``, ``summary`` and ``check``: what they tell of a network, and how they refuse."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import presets, summary
from engine.architecture import Architecture, new_layer
from engine.commands import check, codes
from engine.files.project import Project, open_project, save
from engine.gradreport import ArrayCheck, GradientReport
from engine.layers.activation import Tanh
from engine.settings import TrainingSettings
from tests.helpers import command, tiny
from tests.helpers.command import Captured, lines, refused, run, values


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project that was trained on bands for two epochs."""
    command.add_small_preset(monkeypatch)
    data, path = command.write(tmp_path / "bands.npz", tiny.dataset()), tmp_path / "trained.cnn"
    assert run("train", "--preset", "small", "--data", data, "--out", path, "--threads", 1) == 0
    return path


def project(path: Path, *layers: str) -> Path:
    """Save an untrained chain of default layers for 8 × 8 images of two classes."""
    chain = Architecture(tuple(new_layer(name) for name in layers))
    save(path, Project(chain, TrainingSettings(), (1, 8, 8), ("a", "b"), "bundled"))
    return path


# presets


def test_that_the_list_has_every_preset_with_its_data_and_accuracy(capsys: Captured) -> None:
    text = re.sub(r"\s+", " ", " ".join(lines(capsys, "presets")))
    for name in presets.BUILDERS:
        preset = presets.load(name)
        assert f"{name} {preset.title}; {preset.data_title} {preset.expected}" in text


@pytest.mark.parametrize("name", presets.BUILDERS)
def test_that_a_preset_is_told_in_full(capsys: Captured, name: str) -> None:
    preset = presets.load(name)
    printed = lines(capsys, "presets", name)
    text = re.sub(r"\s+", " ", " ".join(printed))
    for part in (preset.title, preset.data_title, preset.expected, re.sub(r"\s+", " ", preset.about)):
        assert part in text
    assert f"{preset.summary.parameters:,} parameters" in text
    assert f"optimizer {preset.settings.optimizer}; learning rate {preset.settings.learning_rate}" in text
    assert max(map(len, printed)) < 80


def test_that_settings_without_a_say_are_not_told(capsys: Captured) -> None:
    text = " ".join(lines(capsys, "presets", "lenet5"))
    assert "beta 2 0.999" in text and "rho" not in text and "drop every" not in text


def test_that_a_program_gets_presets_as_json(capsys: Captured) -> None:
    listed = values(capsys, "presets")
    assert [each["name"] for each in listed] == list(presets.BUILDERS)
    assert values(capsys, "presets", "strided") == [each for each in listed if each["name"] == "strided"]
    (strided,) = (each for each in listed if each["name"] == "strided")
    assert strided["settings"]["schedule"] == "cosine" and strided["input_shape"] == [1, 28, 28]
    assert strided["layers"][0] == {
        "type": "conv2d", "filters": 16, "kernel_size": [3, 3], "stride": [2, 2], "padding": [1, 1],
        "dilation": [1, 1], "groups": 1, "bias": True, "initializer": "He normal",
    }  # fmt: skip


def test_that_an_unknown_preset_is_refused_by_each_command(capsys: Captured) -> None:
    for arguments in (["presets"], ["summary", "--preset"], ["check", "--preset"], ["race", "--preset"]):
        assert "There is no preset 'lenet'; known are lenet5," in refused(capsys, *arguments, "lenet")


# summary


def test_that_the_summary_counts_parameters_by_hand(capsys: Captured) -> None:
    text = "\n".join(lines(capsys, "summary", "--preset", "lenet5"))
    for arithmetic in (
        "6 × (1 × 5 × 5) + 6 = 156", "16 × (6 × 5 × 5) + 16 = 2,416", "120 × 400 + 120 = 48,120",
        "84 × 120 + 84 = 10,164", "10 × 84 + 10 = 850",
    ):  # fmt: skip
        assert f"  {arithmetic}\n" in text
    assert re.search(r"\n +Total +416,520  61,706\n", text)
    assert "16 × 10 × 10" in text and "pad 2" in text


def test_that_the_summary_tells_memory_for_an_image_and_for_a_mini_batch(capsys: Captured) -> None:
    text = "\n".join(lines(capsys, "summary", "--preset", "lenet5"))
    one = 4 * (784 + 2 * 4704 + 1176 + 2 * 1600 + 2 * 400 + 2 * 120 + 2 * 84 + 2 * 10)
    assert f"parameters: {61_706 * 4 / 1024:.1f} KiB" in text
    assert f"activations: {one / 1024:.1f} KiB for an image, {32 * one / 2**20:.1f} MiB for a mini-batch of 32" in text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 * 2**30, "5.0 GiB"), (2**60, "1,048,576.0 TiB")],
)
def test_that_sizes_are_told_in_the_unit_that_suits_them(count: int, text: str) -> None:
    assert summary.size(count) == text


def test_that_a_program_gets_the_summary_as_json(capsys: Captured) -> None:
    (told,) = values(capsys, "summary", "--preset", "conv-pool-softmax")
    assert (told["parameters"], told["multiply_adds"], told["batch_size"]) == (13_602, 62_192, 1)
    assert told["activation_bytes"] == told["batch_activation_bytes"]
    assert told["layers"][0]["arithmetic"] == "8 × (1 × 3 × 3) = 72"
    assert told["layers"][0]["output"] == [8, 26, 26]


def test_that_the_summary_of_a_file_says_how_far_it_was_trained(capsys: Captured, trained: Path) -> None:
    accuracy = open_project(trained).history.epochs[-1].test_accuracy
    capsys.readouterr()
    title, *table = lines(capsys, "summary", trained)
    assert title == f"trained.cnn: 2 epochs, test accuracy {accuracy:.2%}"
    assert "1 × 8 × 8" in "".join(table)


def test_that_the_summary_of_a_chain_that_cannot_work_says_why(capsys: Captured, tmp_path: Path) -> None:
    path = project(tmp_path / "a.cnn", "flatten", "conv2d", "relu")
    text = "\n".join(lines(capsys, "summary", path))
    assert "It needs maps (channels × rows × columns), but receives a vector of 64 values." in text
    (told,) = values(capsys, "summary", path)
    assert told["layers"][1]["output"] is None and "Move it before the layer that" in told["layers"][1]["problem"]


# check


def test_that_the_gradients_of_a_preset_are_right(capsys: Captured) -> None:
    title, head, *rows, verdict = lines(capsys, "check", "--preset", "sigmoid-mse", "--samples", 3)
    assert title == "Sigmoid and mean squared error" and head.split()[-1] == "kinks"
    assert [row.split()[0] for row in rows] == ["ok"] * 5
    assert verdict.startswith("The gradients are correct: the largest relative error is ")


@pytest.mark.parametrize("loss", ["cross-entropy", "mean squared error", "binary cross-entropy"])
def test_that_a_project_is_checked_with_its_loss_and_its_weights(
    capsys: Captured, tmp_path: Path, trained: Path, loss: str
) -> None:
    """Weights of zero give every output the same gradient: only with them is the largest one this small."""
    opened, last = open_project(trained), "sigmoid" if loss == "binary cross-entropy" else "softmax"
    chain = Architecture((*opened.architecture.layers[:-1], new_layer(last)))
    weights = {uid: {name: np.zeros_like(a) for name, a in arrays.items()} for uid, arrays in opened.weights.items()}
    path = tmp_path / "other.cnn"
    save(path, replace(opened, architecture=chain, settings=replace(opened.settings, loss=loss), weights=weights))
    capsys.readouterr()
    (told,) = values(capsys, "check", path)
    assert told["passed"] and len(told["arrays"]) == 5 and told["largest_error"] < told["tolerance"]
    weight = told["arrays"][1]
    assert weight["name"] == "layer 1 (Convolution) weight" and abs(weight["analytic"]) < 0.02


def test_that_a_wrong_gradient_is_found_told_with_its_place_and_exit_code_4(
    capsys: Captured, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_project(trained)
    relu = opened.architecture.layers[1].uid
    save(trained, replace(opened, architecture=opened.architecture.insert(2, new_layer("tanh")).remove(relu)))
    wrong = Tanh.derivative
    monkeypatch.setattr(Tanh, "derivative", lambda self, y, out: np.multiply(wrong(self, y, out), 1.001, out=out))
    capsys.readouterr()
    assert run("check", trained) == codes.FAILED == 4
    text = capsys.readouterr().out
    assert "FAIL layer 1 (Convolution) weight" in text and "ok   layer 5 (Dense) weight" in text
    assert re.search(r"The gradients are wrong: the largest relative error is 1\.0e-03, of .* at \(", text)
    assert run("check", trained, "--json") == 4
    assert '"passed": false' in capsys.readouterr().out


def report(*errors: float, compared: int = 1) -> GradientReport:
    arrays = (ArrayCheck(str(error), error, (0,), error, 1.0, compared, 0) for error in errors)
    return GradientReport(tuple(arrays))


def test_that_an_error_that_is_no_number_is_the_worst_and_fails() -> None:
    told = check.as_values(report(1e-9, float("nan"), 0.5))
    assert (told["where"], told["largest_error"], told["passed"]) == ("nan", None, False)
    assert told["arrays"][1]["analytic"] is None


def test_that_cells_at_kinks_give_no_verdict_unless_there_are_no_others() -> None:
    kinks = report(float("nan"), compared=0)
    both = GradientReport((*kinks.arrays, *report(1e-9).arrays))
    assert both.passed and not kinks.passed
    assert check.as_values(both)["where"] == "1e-09"
    head, undecided, right, hint, verdict = check.table(both)
    assert undecided.startswith("- ") and right.startswith("ok ") and "try more --samples" in hint
    assert "are correct" in verdict and "kinks" in head
    assert "are " not in [*check.table(kinks)][-1].replace("are at kinks", "")


def test_that_the_same_seed_checks_the_same_cells(capsys: Captured) -> None:
    arguments = ("check", "--preset", "conv-pool-softmax", "--samples", 2, "--seed")
    one, two, other = (values(capsys, *arguments, seed) for seed in (5, 5, 6))
    assert one == two != other


@pytest.mark.parametrize(
    ("layers", "part"),
    [
        ((), "The network has no layers; insert some"),
        (("dense",), "Layer 1 (Dense) cannot work. Dense needs a vector"),
        (("flatten", "dense"), "The network ends without Softmax, which cross-entropy needs."),
        (("conv2d",), "The network ends with 8 × 6 × 6 values"),
    ],
)
def test_that_a_network_that_cannot_be_trained_cannot_be_checked(
    capsys: Captured, tmp_path: Path, layers: tuple[str, ...], part: str
) -> None:
    assert part in refused(capsys, "check", project(tmp_path / "a.cnn", *layers))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["summary"], "give --preset NAME or a project"),
        (["summary", "--preset", "lenet5", "a.cnn"], "not allowed with argument --preset"),
        (["summary", "{}/missing.cnn"], "missing.cnn: No such file"),
        (["summary", "{}"], "Is a directory"),
        (["summary", "{}/a.txt"], "a.txt"),
        (["check"], "give --preset NAME or a project"),
        (["check", "{}/a.txt"], "a.txt"),
        (
            ["check", "--preset", "lenet5", "--samples", "0"],
            "Samples is 0; it must be a whole number from 1 to 1000000",
        ),
        (["check", "--preset", "lenet5", "--seed", "-1"], "Seed is -1"),
        (["presets", "lenet5", "strided"], "unrecognized arguments: strided"),
    ],
)
def test_that_bad_input_is_one_sentence_and_exit_code_2(
    capsys: Captured, tmp_path: Path, arguments: list[str], part: str
) -> None:
    (tmp_path / "a.txt").write_text("no project")
    assert part in refused(capsys, *(argument.format(tmp_path) for argument in arguments))
