"""The training loop: what it yields, what it measures on which images, that it learns and repeats."""

from dataclasses import replace
from math import isnan

import numpy as np
import pytest

from engine import evaluation, losses
from engine.architecture import Architecture, new_layer
from engine.data.dataset import Batch, Dataset, Split
from engine.errors import BadInputError
from engine.evaluation import MOST_BYTES, MOST_IMAGES, Evaluating, evaluate, images_at_once
from engine.history import EpochResult
from engine.model import Model
from engine.parallel import Shards
from engine.trainer import StepResult
from tests.helpers import tiny
from tests.helpers.layers import Array
from tests.helpers.runs import epochs_of, steps_of, trainer

# What a run yields.


def test_that_a_run_counts_its_steps_and_epochs_from_one() -> None:
    events = list(trainer().run())
    assert [(s.step, s.steps, s.epoch) for s in steps_of(events)] == [(i, 6, (i + 2) // 3) for i in range(1, 7)]
    assert [(e.epoch, e.step) for e in epochs_of(events)] == [(1, 3), (2, 6)]
    assert all(s.images_per_second > 0 for s in steps_of(events))


def test_that_an_epoch_ends_with_its_evaluation_and_then_its_result() -> None:
    kinds = [type(event) for event in trainer(epochs=1).run()]
    assert kinds == [StepResult] * 3 + [Evaluating] * 2 + [EpochResult]


def test_that_a_long_evaluation_is_cut_into_pieces_so_that_a_run_can_pause() -> None:
    kinds = [type(event) for event in trainer(tiny.dataset(test=2 * MOST_IMAGES + 1), epochs=1).run()]
    assert kinds.count(Evaluating) == 1 + 3


def test_that_the_last_mini_batch_may_be_smaller() -> None:
    run = trainer(tiny.dataset(train=20), validation=0.0, epochs=1, batch_size=16)
    assert run.steps == 2 == len(steps_of(list(run.run())))


def test_that_a_mini_batch_may_be_all_of_the_data_and_no_larger() -> None:
    data = tiny.dataset(train=20)
    run = trainer(data, validation=0.0, epochs=3, batch_size=20)
    assert run.steps == 3 == len(steps_of(list(run.run())))
    with pytest.raises(BadInputError, match="mini-batch of 20 images is larger than the 10 images"):
        trainer(data, validation=0.5, batch_size=20)


def test_that_batches_of_one_train_too() -> None:
    run = trainer(tiny.dataset(train=6), validation=0.0, epochs=1, batch_size=1)
    assert [s.step for s in steps_of(list(run.run()))] == [1, 2, 3, 4, 5, 6]


def test_that_the_history_holds_what_the_run_yielded() -> None:
    run = trainer()
    events = list(run.run())
    steps, history = steps_of(events), run.history
    assert history.steps == len(steps)
    assert history.loss[: len(steps)].tolist() == pytest.approx([s.loss for s in steps])
    assert history.accuracy[: len(steps)].tolist() == pytest.approx([s.accuracy for s in steps])
    assert history.epochs == epochs_of(events)


def test_that_a_given_history_is_continued() -> None:
    first = trainer()
    list(first.run())
    second = trainer(history=first.history)
    list(second.run())
    assert second.history is first.history
    assert [(e.epoch, e.step) for e in second.history.epochs] == [(1, 3), (2, 6), (3, 9), (4, 12)]


def test_that_running_again_goes_on_with_the_same_moments() -> None:
    run = trainer(validation=0.0, epochs=1, schedule="cosine", augment=True)
    first, again = (steps_of(list(run.run())) for _ in range(2))
    assert [(s.step, s.steps, s.epoch) for s in again] == [(i, 4, 1) for i in (1, 2, 3, 4)]
    assert run._learner.time == 8
    assert [s.loss for s in first] != [s.loss for s in again]


def test_that_running_again_after_a_stop_goes_on_where_it_was() -> None:
    whole, stopped = (trainer(threads=2, augment=True) for _ in range(2))
    list(whole.run())
    for pulls in (2, 3, 5, 100):  # in an epoch, after its last step, in its evaluation
        events = stopped.run()
        for _ in zip(range(pulls), events, strict=False):
            pass
        events.close()
    assert stopped.history.steps == 6 and [e.epoch for e in stopped.history.epochs] == [1, 2]
    assert (stopped.model.parameters.flat == whole.model.parameters.flat).all()


def test_that_the_training_figures_of_an_epoch_are_the_means_over_its_images() -> None:
    events = list(trainer(tiny.dataset(train=20), validation=0.0, epochs=1, batch_size=16).run())
    (first, last), (epoch,) = steps_of(events), epochs_of(events)
    assert epoch.train_loss == pytest.approx((16 * first.loss + 4 * last.loss) / 20)
    assert epoch.train_accuracy == pytest.approx((16 * first.accuracy + 4 * last.accuracy) / 20)


# What is measured on which images.


def test_that_validation_images_are_never_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.arange(64, dtype=np.uint8)[:, None, None, None] * np.ones((1, 1, 8, 8), np.uint8)
    split = Split(images, np.arange(64) % 2)
    run = trainer(Dataset("numbered", split, split, ("0", "1")), epochs=3)
    seen: set[int] = set()
    train = Shards.train

    def recorded(self: Shards, batch: Batch, key: tuple[int, int]) -> tuple[float, int]:
        seen.update(batch.samples.images[:, 0, 0, 0].tolist())
        return train(self, batch, key)

    monkeypatch.setattr(Shards, "train", recorded)
    list(run.run())
    assert run.dataset.validation is not None
    held = set(run.dataset.validation.images[:, 0, 0, 0].tolist())
    assert len(held) == 16
    assert seen == set(range(64)) - held


def test_that_validation_and_test_figures_are_those_of_their_own_images() -> None:
    data = tiny.dataset(train=64, test=40)
    data = replace(data, test=Split(data.test.images, 1 - data.test.labels))  # a test set that cannot be learned
    run = trainer(data, epochs=8)
    last = epochs_of(list(run.run()))[-1]
    assert run.dataset.validation is not None
    expected = (*evaluate(run.model, run.dataset.validation, 1), *evaluate(run.model, data.test, 1))
    measured = (last.validation_loss, last.validation_accuracy, last.test_loss, last.test_accuracy)
    assert measured == pytest.approx(expected)
    assert last.validation_accuracy > 0.9 and last.test_accuracy < 0.1


def test_that_what_was_not_measured_is_nan() -> None:
    data = tiny.dataset(test=0)
    (last,) = epochs_of(list(trainer(data, validation=0.0, epochs=1).run()))
    assert all(map(isnan, (last.validation_loss, last.validation_accuracy, last.test_loss, last.test_accuracy)))
    assert not isnan(last.train_loss)


def test_that_evaluate_is_the_mean_over_all_images_whatever_the_pieces() -> None:
    data = tiny.dataset(test=MOST_IMAGES + 7)
    model = Model.build(tiny.architecture(), data.image_shape, np.random.default_rng(0))
    p = model.forward(data.test.images.astype(np.float32) / 255)
    loss, accuracy = evaluate(model, data.test, threads=2)
    assert loss == pytest.approx(-np.log(p[np.arange(len(p)), data.test.labels]).mean(), rel=1e-5)
    assert accuracy == (p.argmax(axis=1) == data.test.labels).mean()
    assert all(map(isnan, evaluate(model, data.test.take(np.arange(0)), 1)))


def test_that_networks_with_large_outputs_see_fewer_images_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_filters(count: int) -> Model:
        chain = Architecture((new_layer("conv2d", filters=count, kernel_size=1),))
        return Model.build(chain, (1, 64, 64), np.random.default_rng(0))

    assert images_at_once(with_filters(1)) == MOST_IMAGES
    assert images_at_once(with_filters(100)) == MOST_BYTES // (101 * 64 * 64 * 4) < MOST_IMAGES
    data = tiny.dataset(test=20)
    model = Model.build(tiny.architecture(), data.image_shape, np.random.default_rng(0))
    expected = evaluate(model, data.test, 1)
    for most in (1, 10_000):  # bytes; one image goes through whatever it needs
        monkeypatch.setattr(evaluation, "MOST_BYTES", most)
        assert images_at_once(model) < 20
        assert evaluate(model, data.test, 1) == pytest.approx(expected)


def test_that_evaluate_measures_the_loss_that_was_asked_for() -> None:
    data = tiny.dataset()
    model = Model.build(tiny.architecture(), data.image_shape, np.random.default_rng(0))
    p = model.forward(data.test.images.astype(np.float32) / 255)
    loss, _ = evaluate(model, data.test, 2, "mean squared error")
    assert loss == pytest.approx(np.mean((p - np.eye(2)[data.test.labels]) ** 2), rel=1e-5)


# That it learns, and repeats.


@pytest.mark.parametrize("loss", list(losses.BY_NAME))
def test_that_it_learns_with_every_loss(loss: str) -> None:
    data = tiny.dataset(train=200, test=60)
    end = {"cross-entropy": "softmax", "mean squared error": "tanh", "binary cross-entropy": "sigmoid"}[loss]
    chain = Architecture((*tiny.architecture().layers[:-1], new_layer(end)))
    run = trainer(data, architecture=chain, loss=loss, epochs=6, threads=2)
    epochs = epochs_of(list(run.run()))
    assert epochs[-1].test_accuracy > 0.95 and epochs[-1].train_loss < 0.5 * epochs[0].train_loss
    assert epochs[-1].test_loss == pytest.approx(evaluate(run.model, data.test, 1, loss)[0])


def test_that_a_loss_which_does_not_suit_the_last_layer_is_refused() -> None:
    with pytest.raises(BadInputError, match="binary cross-entropy needs"):
        trainer(loss="binary cross-entropy")


def test_that_layers_which_train_otherwise_than_they_evaluate_learn_too() -> None:
    data = tiny.dataset(train=300, test=100, classes=4)
    run = trainer(data, architecture=tiny.moody_architecture(4), epochs=10, learning_rate=0.02, threads=2)
    assert epochs_of(list(run.run()))[-1].test_accuracy > 0.95
    assert (run.model.parameters.layers[1]["running_mean"] != 0).all()


def test_that_weight_decay_shrinks_weights_and_leaves_biases_and_statistics_alone() -> None:
    seen: list[Array] = []
    for decay in (0.0, 0.5):
        run = trainer(optimizer="gradient descent", weight_decay=decay, architecture=tiny.moody_architecture())
        weights = {i: {n: a.copy() for n, a in views.items()} for i, views in enumerate(run.model.parameters.layers)}
        next(run.run())
        after = run.model.parameters.layers
        seen.append(
            np.concatenate([(after[i][n] - a).ravel() for i, views in weights.items() for n, a in views.items()])
        )
        names = [(n, a.size) for views in weights.values() for n, a in views.items()]
    apart = np.split(seen[0] != seen[1], np.cumsum([size for _, size in names])[:-1])
    assert [name for (name, _), differs in zip(names, apart, strict=True) if differs.any()] == ["weight", "weight"]


def test_that_dropout_draws_other_values_in_every_step_and_the_same_in_every_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys: list[tuple[int, int]] = []
    train = Shards.train

    def recorded(self: Shards, batch: Batch, key: tuple[int, int]) -> tuple[float, int]:
        keys.append(key)
        return train(self, batch, key)

    monkeypatch.setattr(Shards, "train", recorded)
    run = trainer(seed=7)
    list(run.run()), list(run.run())
    assert keys == [(7, step) for step in range(12)]


@pytest.mark.parametrize(("optimizer", "rate"), [("Adam", 0.01), ("momentum", 0.05)])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_that_it_learns_a_task_that_can_be_learned(optimizer: str, rate: float, schedule: str) -> None:
    data = tiny.dataset(train=300, test=100, classes=4)
    run = trainer(data, epochs=6, optimizer=optimizer, learning_rate=rate, schedule=schedule, threads=2)
    epochs = epochs_of(list(run.run()))
    assert epochs[-1].test_accuracy > 0.97
    assert epochs[-1].train_loss < 0.5 * epochs[0].train_loss


def test_that_it_learns_from_augmented_images() -> None:
    last = epochs_of(list(trainer(tiny.dataset(train=200, test=60), epochs=8, augment=True).run()))[-1]
    assert last.test_accuracy > 0.9


@pytest.mark.parametrize("threads", [1, 2])
def test_that_the_same_seed_repeats_a_run_bit_for_bit(threads: int) -> None:
    runs = [trainer(threads=threads, augment=True, schedule="cosine") for _ in range(2)]
    losses = [[s.loss for s in steps_of(list(run.run()))] for run in runs]
    assert losses[0] == losses[1]
    assert (runs[0].model.parameters.flat == runs[1].model.parameters.flat).all()


def test_that_another_seed_of_the_settings_orders_the_images_differently() -> None:
    losses = [[s.loss for s in steps_of(list(trainer(seed=seed).run()))] for seed in (0, 1)]
    assert losses[0] != losses[1]


def test_that_a_cosine_schedule_lets_the_steps_shrink() -> None:
    run = trainer(validation=0.0, epochs=4, schedule="cosine", optimizer="momentum", momentum=0.0, learning_rate=0.1)
    moved, before = [], run.model.parameters.flat.copy()
    for event in run.run():
        if isinstance(event, StepResult):
            moved.append(float(np.abs(run.model.parameters.flat - before).max()))
            before = run.model.parameters.flat.copy()
    assert 0 < moved[-1] < 0.1 * max(moved)


def test_that_a_paused_run_waits_and_its_speed_does_not_count_the_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0, 1e6))
    monkeypatch.setattr("engine.trainer.perf_counter", lambda: float(next(clock)))
    run = trainer(validation=0.0)
    first = None
    for event in run.run():
        if isinstance(event, StepResult):
            first = first or event
            assert event.images_per_second == first.images_per_second
            for _ in range(1000):
                next(clock)
        if isinstance(event, EpochResult):
            break
