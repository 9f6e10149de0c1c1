"""One weight's record: what is told of a step is what the optimizer did."""

import re
import sys
import threading
from math import isnan, sqrt
from typing import Any

import numpy as np
import pytest

from engine import optimizers, watch
from engine.equation import named
from engine.model import Model
from engine.settings import TrainingSettings
from engine.trainer import Trainer
from engine.watch import Record, Row, Watch, Weight
from tests.helpers import tiny
from tests.helpers.runs import steps_of, trainer

DTYPES = [(np.float64, 1e-11), (np.float32, 2e-5)]  # and how far a told step may be off, as a share of it


def moved(settings: TrainingSettings, dtype: Any, steps: int = 12) -> tuple[Record, list[float]]:
    """Return the record of the second of three weights, and where it was before and after each step."""
    rng, model = np.random.default_rng(1), Model.build(tiny.architecture(), (1, 8, 8), np.random.default_rng(0))
    uid = model.architecture.layers[0].uid
    record = Record(Weight(uid, "weight", (0, 0, 0, 1)), 1, settings, 0)
    optimizer = optimizers.create(settings, 3, np.dtype(dtype))
    weights, places = rng.standard_normal(3).astype(dtype), []
    for _ in range(steps):
        gradient = rng.standard_normal(3).astype(dtype)
        places.append(float(weights[1]))
        record.note_before(weights, gradient, optimizer)
        optimizer.step(weights, gradient, 0.01)
        record.note_after(weights, 0.01, float("nan"), optimizer)
    return record, [*places, float(weights[1])]


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_the_told_step_is_the_step(name: str, decay: float, dtype: Any, tolerance: float) -> None:
    record, places = moved(TrainingSettings(optimizer=name, weight_decay=decay), dtype)
    for row, before, after in zip(map(record.row, record.rows()), places, places[1:], strict=False):
        lines = record.equation(row)
        assert (row.value, row.updated) == (before, after)
        assert lines[-1].name == "w" and lines[-2].name == "step"
        told = row.value - lines[-1].term.value
        scale = float(np.finfo(dtype).eps) * abs(before)  # what rounding the sum itself may cost
        assert told == pytest.approx(before - after, rel=tolerance, abs=scale)


@pytest.mark.parametrize("name", optimizers.BY_NAME)
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_that_the_numbers_of_each_line_come_to_its_value(name: str, decay: float) -> None:
    record, _ = moved(TrainingSettings(optimizer=name, weight_decay=decay, momentum=0.5), np.float64)
    for row in map(record.row, record.rows()):
        for line in record.equation(row):
            assert computed(line.term.numbers(repr)) == pytest.approx(line.term.value, rel=1e-12)


def computed(text: str) -> float:
    """Compute what a person reads."""
    text = re.sub(r"√(\([^()]*\)|[\d.e-]+)", r"sqrt(\1)", text)
    return float(eval(text.replace("·", "*").replace("−", "-").replace("²", "**2"), {"sqrt": sqrt}))


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_the_moments_of_a_line_are_those_of_the_record(name: str) -> None:
    record, _ = moved(TrainingSettings(optimizer=name), np.float64)
    rows = record.rows()
    for symbol, values in record.moments(rows).items():
        for numbers, value in zip(rows, values, strict=True):
            told = {line.name: line.term.value for line in record.equation(record.row(numbers))}
            expected = 0.9 * told["v"] if symbol == "μ·v" else told[symbol]
            assert value == pytest.approx(expected, rel=1e-9)


def test_adams_lines() -> None:
    row = Row(1, 1, 0.5, float("nan"), 2.0, -3.0, 2.5, (0.0, 0.0), (-3.0, 9.0))
    settings = TrainingSettings(optimizer="Adam", beta1=0.5, beta2=0.75)
    lines = optimizers.BY_NAME["Adam"].tell(settings, row, 0.0)
    assert [line.name for line in lines] == ["m", "v", "m′", "v′", "step", "w"]
    assert [line.term.formula() for line in lines] == [
        "β₁ · m + (1 − β₁) · g", "β₂ · v + (1 − β₂) · g²", "m / (1 − β₁ᵗ)", "v / (1 − β₂ᵗ)",
        "η · m′ / (√v′ + ε)", "w − step",
    ]  # fmt: skip
    assert lines[0].term.numbers(str) == "0.5 · 0.0 + 0.5 · (-3.0)"
    assert lines[1].term.numbers(str) == "0.75 · 0.0 + 0.25 · (-3.0)²"
    assert [line.term.value for line in lines[:4]] == [-1.5, 2.25, -3.0, 9.0]
    assert lines[4].term.value == pytest.approx(-0.5) and lines[5].term.value == pytest.approx(2.5)
    assert [line.name for line in lines if line.replaces] == ["m", "v", "w"]


def test_that_terms_keep_what_belongs_together() -> None:
    a, b, c = named("a", 2.0), named("b", 3.0), named("c", 5.0)
    assert (a * (b + c)).formula() == "a · (b + c)"
    assert (a - (b - c)).formula() == "a − (b − c)" and (a - (b - c)).value == 4
    assert (a / (b * c)).formula() == "a / (b · c)"
    assert (a * b).squared().formula() == "(a · b)²" and (a * b).squared().value == 36
    assert (a + b + c).root().formula() == "√(a + b + c)"


def watched(name: str = "weight", place: tuple[int, ...] = (1, 0, 2, 0), **settings: Any) -> tuple[Trainer, Watch]:
    """Return a trainer of a tiny network that has one weight of its first layer watched."""
    plain = trainer(**settings)
    observer = Watch()
    observer.begin(plain.model, plain.settings, 0)
    observer.look_at(Weight(plain.model.architecture.layers[0].uid, name, place), plain.model)
    return Trainer(plain.model, tiny.dataset(), plain.settings, 1, watch=observer), observer


@pytest.mark.parametrize("name", optimizers.BY_NAME)
def test_that_a_real_runs_record_is_what_became_of_the_weight(name: str) -> None:
    run, observer = watched(optimizer=name, weight_decay=0.01, clip_norm=0.1, schedule="cosine", warm_up=0.3)
    weight, seen = run.model.layers[0].parameters["weight"], []
    start = float(weight[1, 0, 2, 0])
    for event in run.run():
        if steps_of([event]):
            seen.append(float(weight[1, 0, 2, 0]))
    assert observer.record is not None
    rows = [observer.record.row(numbers) for numbers in observer.record.rows()]
    assert [row.step for row in rows] == [row.time for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row.updated for row in rows] == seen and [row.value for row in rows] == [start, *seen[:-1]]
    assert len({row.rate for row in rows}) > 2 and any(row.norm > 0.1 for row in rows)
    for row in rows:
        told = observer.record.equation(row)[-1].term.value
        assert told == pytest.approx(row.updated, rel=3e-7)
        assert row.value - told == pytest.approx(row.value - row.updated, rel=1e-3, abs=3e-8)


@pytest.mark.parametrize("name", ["bias", "weight"])
def test_that_a_bias_is_not_told_to_decay(name: str) -> None:
    run, observer = watched(name, (1,) if name == "bias" else (1, 0, 2, 0), optimizer="momentum", weight_decay=0.1)
    list(run.run())
    assert observer.record is not None and observer.record.latest is not None
    names = [line.name for line in observer.record.equation(observer.record.latest)]
    assert ("g" in names) == (name == "weight") and isnan(observer.record.latest.norm)


def test_that_watching_changes_nothing() -> None:
    run, _ = watched()
    plain = trainer()
    for each in (run, plain):
        list(each.run())
    assert (run.model.parameters.flat == plain.model.parameters.flat).all()


def test_that_another_weight_can_be_chosen_in_mid_run() -> None:
    run, observer = watched()
    events = run.run()
    steps_of([next(events), next(events)])
    observer.look_at(Weight(run.model.architecture.layers[0].uid, "bias", (2,)), run.model)
    next(events)
    assert observer.record is not None and observer.record.latest is not None
    assert (
        observer.record.latest.step == 3 and observer.record.latest.updated == run.model.parameters.layers[0]["bias"][2]
    )
    observer.look_at(None, run.model)
    next(events)
    assert observer.record is None


def test_where_weights_lie() -> None:
    model = Model.build(tiny.moody_architecture(), (1, 8, 8), np.random.default_rng(0))
    for layer, views in zip(model.architecture.layers, model.parameters.layers, strict=True):
        for name, view in views.items():
            place = tuple(n - 1 for n in view.shape)
            index = Weight(layer.uid, name, place).index(model)
            if "running" in name:
                assert index is None
            else:
                assert index is not None
                model.parameters.learned[index] = 123
                assert view[place] == 123
    uid = model.architecture.layers[0].uid
    for wrong in (Weight("none", "weight", (0,)), Weight(uid, "scale", (0,)), Weight(uid, "bias", (3,)),
                  Weight(uid, "bias", (-1,)), Weight(uid, "weight", (0,))):  # fmt: skip
        assert wrong.index(model) is None


def test_that_a_long_record_thins_out_and_keeps_its_newest_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_ROWS", 8)
    record, places = moved(TrainingSettings(optimizer="momentum"), np.float64, steps=100)
    steps = record.rows()[:, 0]
    assert 4 <= len(steps) <= 8 and len(set(np.diff(steps))) == 1 and steps[0] == 1 and steps[-1] > 80
    assert record.latest is not None and record.latest.step == 100 and record.latest.updated == places[-1]


def test_when_a_record_goes_on() -> None:
    run, observer = watched()
    list(run.run())
    first, model = observer.record, run.model
    assert first is not None
    observer.begin(model, run.settings, 6)
    assert observer.record is first
    again = Trainer(model, tiny.dataset(), run.settings, 1, watch=observer)
    next(again.run())
    assert first.latest is not None and (first.latest.step, first.latest.time) == (7, 1)
    for settings, steps in ((run.settings, 0), (TrainingSettings(optimizer="momentum"), 9)):
        observer.begin(model, settings, steps)
        assert observer.record is not first and observer.record is not None
        assert observer.record.weight == first.weight and len(observer.record.rows()) == 0


def test_that_the_last_update_is_what_the_last_step_added() -> None:
    run = trainer()
    assert run.last_update() is None
    for event in run.run():
        if steps_of([event]) and event.step == 2:
            before = run.model.parameters.learned.copy()
        if steps_of([event]) and event.step == 3:
            update = run.last_update()
            assert update is not None and update.any()
            assert (update[: before.size] == run.model.parameters.learned - before).all()


def test_that_a_reader_never_sees_half_of_what_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_ROWS", 16)
    model = Model.build(tiny.architecture(), (1, 8, 8), np.random.default_rng(0))
    settings = TrainingSettings(optimizer="gradient descent")
    record = Record(Weight(model.architecture.layers[0].uid, "bias", (0,)), 0, settings, 0)
    optimizer, interval = optimizers.create(settings, 1, np.dtype(np.float64)), sys.getswitchinterval()
    weights, gradient = np.zeros(1), -np.ones(1)  # with a rate of 1 the weight is the number of steps

    def write() -> None:
        for _ in range(5000):
            record.note_before(weights, gradient, optimizer)
            optimizer.step(weights, gradient, 1.0)
            record.note_after(weights, 1.0, float("nan"), optimizer)

    writer = threading.Thread(target=write)
    sys.setswitchinterval(1e-6)
    try:
        writer.start()
        while writer.is_alive():
            rows = record.rows()
            steps, values = rows[:, 0].copy(), rows[:, Row._fields.index("updated")].copy()
            assert (steps == values).all() and (np.diff(steps) > 0).all() and (steps > 0).all()
    finally:
        writer.join()
        sys.setswitchinterval(interval)
    assert record.latest is not None and record.latest.updated == 5000
