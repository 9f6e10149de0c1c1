"""What a person at a notebook has after ``import engine``."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

import engine
from engine import schema
from engine.passes import Pass

FIRST_STEPS = """
import engine, numpy as np
preset = engine.presets.load("lenet5")
dataset = engine.data.catalogue.load("bundled")
model = engine.Model.build(preset.architecture, input_shape=(1, 28, 28), rng=np.random.default_rng(0))
run = engine.Trainer(model, dataset, preset.settings).run()
print(type(next(run)).__name__)
run.close()
print(model.forward(np.zeros((2, 1, 28, 28))).shape)
x, weight, bias = np.ones((1, 1, 4, 4)), np.ones((2, 1, 2, 2)), np.zeros(2)
y = engine.ops.conv2d(x, weight, bias, stride=1, padding=0)
grads = engine.ops.conv2d_backward(y, x, weight, stride=1, padding=0)
pooled = engine.ops.pool2d(x, 2, stride=2, padding=0, mode="max")
print(y.shape, *(g.shape for g in grads), pooled.shape, engine.ops.pool2d_backward(pooled, x, 2, mode="mean").shape)
"""


def test_that_the_first_steps_work_in_a_script_without_a_main_guard() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_STEPS], capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[:3] == [
        "StepResult",
        "(2, 10)",
        "(1, 2, 3, 3) (1, 1, 4, 4) (2, 1, 2, 2) (2,) (1, 1, 2, 2) (1, 1, 4, 4)",
    ], done.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("name", engine.__all__)
def test_that_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    assert inspect.getdoc(getattr(engine, name))
    assert name in dir(engine)


def test_that_another_name_is_refused_as_python_does() -> None:
    with pytest.raises(AttributeError, match="'engine' has no attribute 'Modle'"):
        engine.Modle  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute 'catalog'"):
        engine.data.catalog  # noqa: B018


def test_that_importing_the_engine_imports_no_numpy() -> None:
    code = "import sys, engine; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_that_a_slip_in_what_is_handed_over_is_told_in_a_sentence() -> None:
    preset, rng = engine.presets.load("lenet5"), np.random.default_rng(0)
    model, digits = engine.Model.build(preset.architecture, (1, 28, 28), rng), engine.data.catalogue.load("bundled")
    for call, sentence in (
        (lambda: engine.Model.build(preset, (1, 28, 28), rng), "architecture is of type Preset; give an Architecture"),
        (
            lambda: engine.Model.build(preset.architecture, (1, -1, 28), rng),
            r"input_shape=\(1, -1, 28\) is not a shape",
        ),
        (lambda: engine.Model.build(preset.architecture, (1, 28.0, 28), rng), "give whole numbers above 0"),
        (lambda: engine.Model.build(preset.architecture, (1, 28, 28), rng, int), "dtype=int64 .* use float32 or"),
        (lambda: engine.Trainer(model, digits, preset), "settings are of type Preset; give TrainingSettings"),
        (lambda: engine.Trainer(model, digits, {"epochs": 1}), "settings are of type dict; give TrainingSettings"),
        (
            lambda: engine.Trainer(preset, digits, preset.settings),
            "model is of type Preset; give a Model, e.g. Model.b",
        ),
        (lambda: engine.Trainer(model, digits.train, preset.settings), "dataset is of type Split; give a Dataset"),
        (lambda: engine.Model.build(preset.architecture, (1, 28, 28), 0), "rng is of type int; give a Generator, e.g."),
        (lambda: engine.Model.build(preset.architecture, (1, 28, 28), None), "e.g. numpy.random.default_rng"),
    ):
        with pytest.raises(engine.BadInputError, match=sentence):
            call()


def test_that_a_slip_in_a_data_set_is_told_in_a_sentence() -> None:
    split = engine.data.catalogue.load("bundled").test
    for call, sentence in (
        (lambda: engine.Split([[0]], split.labels), "images is of type list; give a NumPy array, .* uint8"),
        (
            lambda: engine.Split(split.images, [0, 1]),
            r"labels is of type list; give a NumPy array, \(N,\) whole numbers",
        ),
        (lambda: engine.Dataset("mine", (1, 2), split, ("a", "b")), "train is of type tuple; give a Split"),
        (lambda: engine.Dataset("mine", split, None, ("a", "b")), "test is of type NoneType; give a Split"),
        (lambda: engine.Dataset("mine", split, split, ("a", "b"), []), "validation is of type list; give a Split"),
        (
            lambda: engine.Dataset("mine", split, split, 10),
            "class_names is 10; give a tuple of texts, one for each class",
        ),
        (lambda: engine.Dataset("mine", split, split, "ab"), "class_names is 'ab'; give a tuple of texts"),
        (lambda: engine.Dataset("mine", split, split, (0, 1)), r"class_names is \(0, 1\); give a tuple of texts"),
        (lambda: engine.Dataset(7, split, split, ("a",)), "name is 7; give a text"),
    ):
        with pytest.raises(engine.BadInputError, match=sentence):
            call()


def test_that_the_help_of_the_settings_explains_each_with_its_limits_and_its_unit() -> None:
    text = inspect.getdoc(engine.TrainingSettings)
    assert text is not None and max(map(len, text.splitlines())) <= 100
    flat = " ".join(text.split())
    for param in schema.params_of(engine.TrainingSettings):
        assert f"{param.name}: {param.doc.rstrip('.')}" in flat
    for part in (
        "momentum: Fraction of the velocity that is kept from step to step (a number from 0 to 0.999; with optimizer"
        " 'momentum' or 'Nesterov'; 0.9 if not given).",
        "Images per step; the gradient is their mean (a whole number from 1 to 4096 images; 64 if not given).",
        "each time it is used (True or False; False if not given).",
        "(one of 'constant', 'step', 'cosine', 'one-cycle'; 'constant' if not given).",
    ):
        assert part in flat


def test_that_an_unknown_loss_is_refused_with_those_there_are() -> None:
    model = engine.Model.build(engine.presets.load("lenet5").architecture, (1, 28, 28), np.random.default_rng(0))
    with pytest.raises(engine.BadInputError, match="There is no loss 'hinge'; known are cross-entropy, mean squared"):
        Pass(model, "hinge")
