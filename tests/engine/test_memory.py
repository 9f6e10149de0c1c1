"""What a run takes is told before it is taken: against the buffers that it makes, and against a real process."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import memory, presets
from engine.architecture import Architecture, new_layer
from engine.errors import BadInputError
from engine.layer import Part
from engine.model import Model
from engine.passes import Pass
from engine.settings import TrainingSettings
from tests.helpers import command, tiny
from tests.helpers.command import Captured, refused, write

GIB = 2**30


def wide(filters: int = 240) -> Architecture:
    """Return two convolutions of *filters* filters, for images of 128 × 128."""
    conv = [new_layer("conv2d", filters=filters, kernel_size=(3, 3), padding="same") for _ in range(2)]
    return Architecture((conv[0], new_layer("relu"), conv[1], new_layer("flatten"), new_layer("dense", units=2)))


CHAINS = {
    **{name: (presets.load(name).architecture, presets.load(name).input_shape) for name in presets.BUILDERS},
    "moody": (tiny.moody_architecture(), (1, 8, 8)),
    "overlapping": (
        Architecture(
            (
                new_layer("conv2d", filters=6), new_layer("batch_norm"), new_layer("gelu"),
                new_layer("pool2d", size=(3, 3), stride=(2, 2)), new_layer("conv2d", filters=12, groups=2),
                new_layer("pool2d", mode="mean"), new_layer("flatten"), new_layer("dense", units=10),
            )
        ),
        (2, 32, 32),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_that_what_is_told_is_what_the_buffers_of_a_step_take(name: str) -> None:
    chain, shape = CHAINS[name]
    n, settings = 24, TrainingSettings()
    model = Model.build(chain, shape, np.random.default_rng(0))
    run = Pass(model)
    run.loss_and_gradients(np.zeros((n, *shape), np.float32), np.zeros(n, np.intp), Part(True, 0, n))
    works = (*run._work, run._edge)
    taken = sum(array.nbytes for work in works for made in work._buffers.values() for array in made.values())
    needed = memory.demand(chain, shape, settings, 1)
    assert needed is not None
    told = 4 * (n * (needed.part.forward + needed.part.backward) + needed.part.fixed)
    assert 0.95 * taken < told < 1.6 * taken


MEASURED = """
import os, sys
from pathlib import Path
import numpy as np
from dataclasses import replace
from engine import memory, presets
from engine.data.dataset import Dataset, Split
from engine.model import Model
from engine.threads import pin_blas
from engine.trainer import StepResult, Trainer

name, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
pin_blas()
preset = presets.load(name)
rng, shape = np.random.default_rng(0), preset.input_shape
classes = preset.architecture.layers
count = 5 * batch // 2  # the last mini-batch is half a one
train = Split(rng.integers(0, 256, (count, *shape), np.uint8), rng.integers(0, 10, count))
data = Dataset("noise", train, Split(train.images[:500], train.labels[:500]), tuple("0123456789"))
settings = replace(preset.settings, batch_size=batch, validation=0.0, epochs=1, learning_rate=1e-4)
def most_held(process):  # ru_maxrss would begin with what the process held that started this one
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
def helpers():
    return sum(map(most_held, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))
before = most_held("self")
model = Model.build(presets.fitted(preset, data), shape, rng)
most = 0
for event in Trainer(model, data, settings, threads).run():
    most = max(most, helpers() if isinstance(event, StepResult) else 0)
demand = memory.demand(model.architecture, shape, settings, threads, len(train))
print(most_held("self") - before + most, demand.bytes(batch))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what the helpers hold")
@pytest.mark.parametrize(
    ("name", "batch", "threads"),
    [("keras-mnist", 256, 1), ("keras-mnist", 512, 2), ("lenet5", 1024, 2), ("one-epoch", 512, 1)],
)
def test_that_what_is_told_is_about_what_a_process_comes_to_hold(name: str, batch: int, threads: int) -> None:
    arguments = [sys.executable, "-c", MEASURED, name, str(batch), str(threads)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    taken, told = map(int, done.stdout.split())
    print(f"{name}, batch {batch}, {threads} threads: {taken / 2**20:.0f} MiB taken, {told / 2**20:.0f} told")
    assert 0.9 * taken < told < 1.9 * taken  # the helpers are looked at in between: they may hold more


def test_that_a_run_that_cannot_fit_is_told_with_the_largest_batch_that_does() -> None:
    settings = TrainingSettings(batch_size=256)
    needed = memory.demand(wide(), (3, 128, 128), settings, 2, 1000)
    assert needed is not None and needed.bytes(256) > 30 * GIB
    largest = needed.largest_batch(12 * GIB, 256)
    text = memory.problem(needed, 256, 12 * GIB)
    assert text.endswith(f"and 12.0 GiB are free; use a batch size of at most {largest}.")
    assert memory.problem(needed, largest, 12 * GIB) == ""
    assert 0 < largest < 256 and needed.bytes(2 * largest) > 12 * GIB
    assert memory.problem(needed, 256, 2**20).endswith("make the network smaller.")
    assert memory.problem(needed, 256, None) == ""  # nobody knows what is free


def test_that_a_chain_that_cannot_work_has_no_demand() -> None:
    assert memory.demand(Architecture(), (1, 8, 8), TrainingSettings(), 1) is None
    assert memory.demand(Architecture((new_layer("dense"),)), (1, 8, 8), TrainingSettings(), 1) is None
    assert memory.problem(None, 1, 0) == ""


def test_that_the_command_line_refuses_before_it_takes_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    command.add_small_preset(monkeypatch)
    data = write(tmp_path / "bands.npz", tiny.dataset())
    monkeypatch.setattr(memory, "free", lambda: 1000)
    said = refused(capsys, "train", "--preset", "small", "--data", data, "--threads", 1)
    assert "Training needs about " in said and said.endswith("make the network smaller.\n")


def test_that_too_large_a_run_is_a_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "free", lambda: GIB)
    with pytest.raises(BadInputError, match=r"1\.0 GiB are free"):
        memory.check_fits(wide(), (3, 128, 128), TrainingSettings(batch_size=256), 2, 1000)
    memory.check_fits(tiny.architecture(), (1, 8, 8), TrainingSettings(), 2, 1000)


# What is free.


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has /proc")
def test_that_linux_tells_what_is_free() -> None:
    free = memory.free()
    assert free is not None and 2**20 < free < 2**50


@pytest.mark.skipif(sys.platform != "linux", reason="as above")
def test_that_a_limit_of_the_process_counts() -> None:
    script = (
        "import resource; from engine import memory; before = memory.free();"
        "resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31)); print(before, memory.free())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert 0 <= after < 2**31 and after <= before


def group(root: Path, limit: str, used: int, cache: int) -> None:
    root.mkdir(parents=True, exist_ok=True)
    (root / "memory.max").write_text(limit)
    (root / "memory.current").write_text(str(used))
    (root / "memory.stat").write_text(f"anon 1\ninactive_file {cache}\n")


@pytest.mark.parametrize(
    ("own", "parent", "left"),
    [("max", "max", []), ("1000", "max", [450]), ("1000", "700", [150, 450]), ("max", "700", [150])],
)
def test_that_the_limits_of_all_control_groups_count(tmp_path: Path, own: str, parent: str, left: list[int]) -> None:
    group(tmp_path / "a", parent, 600, 50)
    group(tmp_path / "a" / "b", own, 600, 50)
    found = memory._left_in(tmp_path, "/a/b", "memory.max", "memory.current", "inactive_file")
    assert sorted(found) == left


def test_that_a_system_that_tells_nothing_sets_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_machine", "_group", "_limit"):
        monkeypatch.setattr(memory, name, lambda: None)
    assert memory.free() is None


def test_that_what_macos_prints_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = (
        "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages free:                  100.\n"
        "Pages active:                900.\nPages inactive:               10.\nPages speculative:             1.\n"
    )
    done = subprocess.CompletedProcess([], 0, printed, "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert memory._macos() == 111 * 16384
