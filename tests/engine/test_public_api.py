"""What a person at a notebook has after ``import engine``."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

import engine

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
        (lambda: engine.Model.build(preset.architecture, (1, -1, 28), rng), r"input_shape=\(1, -1, 28\) is no shape"),
        (lambda: engine.Model.build(preset.architecture, (1, 28.0, 28), rng), "give whole numbers above 0"),
        (lambda: engine.Model.build(preset.architecture, (1, 28, 28), rng, int), "dtype=int64 .* use float32 or"),
        (lambda: engine.Trainer(model, digits, preset), "settings are of type Preset; give TrainingSettings"),
    ):
        with pytest.raises(engine.BadInputError, match=sentence):
            call()
