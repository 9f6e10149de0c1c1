"""The race of the backends: same work, honest counts, and no fault that goes unnoticed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import presets, race
from engine.commands import codes
from engine.commands import race as race_command
from engine.layer import Array
from engine.ops import im2col, reference
from engine.race import FAST, IM2COL, LOOPS, Course, Difference, Lap, Race
from engine.settings import TrainingSettings
from tests.helpers import command, tiny
from tests.helpers.command import Captured, lines, refused, run, values

NAN = float("nan")


def course(batch: int = 6, steps: int = 3, moody: bool = False, **chosen: Any) -> Course:
    """Return one over random 8 × 8 images of two classes, many pixels of which are black."""
    rng = np.random.default_rng(0)
    make = tiny.moody_architecture if moody else tiny.architecture
    batches = [
        (np.maximum(rng.random((batch, 1, 8, 8), np.float32) - 0.5, 0), rng.integers(0, 2, batch)) for _ in range(steps)
    ]
    return Course(make(), (1, 8, 8), TrainingSettings(**{"learning_rate": 0.01, **chosen}), batches)


@pytest.mark.parametrize(
    ("moody", "optimizer"),
    [(False, "gradient descent"), (False, "RMSprop"), (False, "Adam"), (True, "gradient descent"), (True, "momentum")],
)
def test_that_all_backends_end_with_the_same_losses_and_weights_but_for_rounding(moody: bool, optimizer: str) -> None:
    result = race.race(course(moody=moody, optimizer=optimizer))
    assert result.agrees
    assert [lap.backend for lap in result.laps] == [LOOPS, IM2COL, FAST]
    for difference in result.differences.values():
        assert difference.loss < 1e-5 and difference.weights < 1e-3
    for lap in result.laps:
        assert (lap.images, len(lap.losses)) == (6, 3) and lap.seconds > 0
        assert lap.images_per_second == pytest.approx(18 / lap.seconds)
        assert (lap.after != lap.before).any()


def test_that_a_lap_ends_alike_however_often_it_is_run() -> None:
    one, several = (race.run(course(moody=True), FAST, laps) for laps in (1, 5))
    assert one.losses == several.losses and (one.after == several.after).all() and (one.before == several.before).all()


def test_that_each_step_of_the_loops_is_told() -> None:
    told: list[int] = []
    race.race(course(batch=2, steps=2), lambda: told.append(1))
    assert len(told) == 2


@settings(max_examples=60)
@given(st.integers(1, 9), st.integers(1, 5), st.integers(0, 20_000))
def test_that_the_loops_run_the_first_images_of_the_first_steps_within_their_share(
    batch: int, steps: int, work: int
) -> None:
    whole, one = course(batch, steps), 3 * 36 * 9 + 2 * 27  # multiply-adds of an image, by hand
    short = whole.shortened(work)
    images = len(short.batches[0][1])
    assert images * len(short.batches) * one <= max(work, one)
    assert 1 <= len(short.batches) <= steps
    for (x, labels), (all_x, all_labels) in zip(short.batches, whole.batches, strict=False):
        assert (x == all_x[:images]).all() and (labels == all_labels[:images]).all()
    if work >= batch * steps * one:
        assert len(short.batches) == steps and images == batch


def scaled(function: Callable[..., Any], factor: float) -> Callable[..., Any]:
    """Return *function* with its gradient of the weights, the second of three, off by *factor*."""

    def off(*arguments: Any, **how: Any) -> tuple[Array, Array, Array]:
        grad_input, grad_weight, grad_bias = function(*arguments, **how)
        return grad_input, grad_weight * factor, grad_bias

    return off


@pytest.mark.parametrize("backend", [reference, im2col])
@pytest.mark.parametrize("factor", [0.9, NAN])
def test_that_a_wrong_gradient_of_a_backend_is_noticed(
    monkeypatch: pytest.MonkeyPatch, backend: Any, factor: float
) -> None:
    monkeypatch.setattr(backend, "conv2d_backward", scaled(backend.conv2d_backward, factor))
    with np.errstate(all="ignore"):
        result = race.race(course(optimizer="gradient descent"))
    wrong = {reference: LOOPS, im2col: IM2COL}[backend]
    assert not result.agrees
    assert {name: difference.tolerable for name, difference in result.differences.items()} == {
        LOOPS: wrong != LOOPS, IM2COL: wrong != IM2COL,
    }  # fmt: skip


def test_that_a_difference_that_is_no_number_is_not_tolerable() -> None:
    assert Difference(0, 0).tolerable and Difference(race.LOSS_TOLERANCE, race.WAY_TOLERANCE).tolerable
    for loss, weights in ((NAN, 0), (0, NAN), (2 * race.LOSS_TOLERANCE, 0), (0, 2 * race.WAY_TOLERANCE)):
        assert not Difference(loss, weights).tolerable


def test_that_differences_are_shares_of_the_largest_loss_and_of_the_way() -> None:
    before, after = np.zeros(4, np.float32), np.array([3, 0, 4, 0], np.float32)
    lap = Lap(FAST, 1, 1.0, (2.0, 0.0), before, after)
    other = Lap(IM2COL, 1, 1.0, (2.0, 0.5), before, after + np.array([0, 1, 0, 0], np.float32))
    difference = Difference.between(other, lap)
    assert (difference.loss, difference.weights) == (0.25, 0.2)


@pytest.mark.parametrize("name", ["lenet5", "convnetjs-mnist", "sigmoid-mse"])
def test_that_a_course_of_a_preset_is_drawn_from_its_data_and_repeats_with_its_seed(name: str) -> None:
    preset = presets.load(name)
    one, two, other = (race.course_of(preset, 4, 2, seed) for seed in (1, 1, 2))
    for (x, labels), (x2, labels2), (x3, _) in zip(one.batches, two.batches, other.batches, strict=True):
        assert x.shape == (4, *preset.input_shape) and x.dtype == np.float32 and 0 <= x.min() < x.max() <= 1
        assert labels.max() < preset.summary.layers[-1].values
        assert (x == x2).all() and (labels == labels2).all() and not (x == x3).all()
    assert one.settings == replace(preset.settings, seed=1)


# The command


def test_that_the_table_has_a_row_for_each_backend_and_says_that_they_agree(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(race, "race", lambda *_: made())
    title, head, loops, column, fast, speed, shortened, verdict = lines(capsys, "race")
    assert title == "LeNet-5 (ReLU, max pooling): Adam on the bundled digits, one core"
    assert head.split()[:4] == ["images", "steps", "seconds", "images/s"]
    assert loops.split() == ["naive", "loops", "2", "1", "4.0000", "0.5", "1.0", "1.0e-07", "2.0e-07"]
    assert column.split() == ["im2col", "8", "2", "0.0800", "200.0", "400.0", "3.0e-07", "4.0e-07"]
    assert fast.split() == ["fast", "path", "8", "2", "0.0100", "1,600.0", "3,200.0"]
    assert speed == "The fast path is 8.0 times as fast as im2col."
    assert shortened.startswith("The loops, which are slow, ran 1 step with the first 2 of each 8 images;")
    assert verdict.startswith("The backends agree: losses may be off by 0.0001")


def made(loss: float = 1e-7) -> Race:
    """Return a result with round figures."""
    weights = np.zeros(1)
    laps = (
        Lap(LOOPS, 2, 4.0, (1.0,), weights, weights), Lap(IM2COL, 8, 0.08, (1.0, 1.0), weights, weights),
        Lap(FAST, 8, 0.01, (1.0, 1.0), weights, weights),
    )  # fmt: skip
    return Race(laps, {LOOPS: Difference(loss, 2e-7), IM2COL: Difference(3e-7, 4e-7)})


@pytest.mark.parametrize("loss", [0.01, NAN])
def test_that_disagreement_is_said_and_exit_code_4(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, loss: float
) -> None:
    monkeypatch.setattr(race, "race", lambda *_: made(loss))
    assert run("race") == codes.FAILED == 4
    assert "The backends DISAGREE" in capsys.readouterr().out
    assert run("race", "--json") == 4
    told = json.loads(capsys.readouterr().out)
    assert told["agrees"] is False and told["laps"][0]["loss_difference"] == (None if loss != loss else loss)


def test_that_a_program_gets_the_race_as_json(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(race, "LOOPS_WORK", 1)
    (told,) = values(capsys, "race", "--preset", "conv-pool-softmax", "--batch", 2, "--steps", 2, "--seed", 3)
    assert (told["preset"], told["seed"], told["agrees"]) == ("conv-pool-softmax", 3, True)
    assert [(lap["backend"], lap["images"], lap["steps"]) for lap in told["laps"]] == [
        ("reference", 1, 1), ("im2col", 2, 2), ("fast", 2, 2),
    ]  # fmt: skip
    for lap in told["laps"]:
        assert lap["times_the_loops"] == pytest.approx(lap["images_per_second"] / told["laps"][0]["images_per_second"])
    assert told["laps"][2]["loss_difference"] is None and told["laps"][1]["loss_difference"] < told["loss_tolerance"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--preset", "none"], "There is no preset 'none'"),
        (["--batch", "0"], "Batch size is 0; it must be a whole number from 1 to 512"),
        (["--steps", "21"], "Steps is 21; it must be a whole number from 1 to 20"),
        (["--seed", "x"], "Seed must be a whole number"),
        (["a.cnn"], "unrecognized arguments: a.cnn"),
    ],
)
def test_that_bad_input_is_one_sentence_and_exit_code_2(capsys: Captured, arguments: list[str], part: str) -> None:
    assert part in refused(capsys, "race", *arguments)


@pytest.mark.slow
@pytest.mark.parametrize("name", presets.BUILDERS)
def test_that_the_backends_agree_on_every_preset_within_20_seconds(capsys: Captured, name: str) -> None:
    (told,) = values(capsys, "race", "--preset", name)
    assert told["agrees"] and sum(lap["seconds"] for lap in told["laps"]) < 20
    loops, column, fast = (lap["images_per_second"] for lap in told["laps"])
    assert fast > column > 50 * loops


def test_that_what_the_command_names_are_the_backends_there_are() -> None:
    assert [*race_command.NAMES] == [LOOPS, IM2COL, FAST] and command.run("race", "--preset", "x") == 2
