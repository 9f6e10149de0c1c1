"""The process that works on a part of a mini-batch: what it answers, and that nothing can leave it or us waiting."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.architecture import Architecture, new_layer
from engine.data.augment import draw_transforms
from engine.data.dataset import Batch, Split
from engine.layer import Part
from engine.model import Model
from engine.parallel import Shards
from engine.passes import Pass
from engine.task import Task
from engine.worker import Worker
from tests.helpers import tiny
from tests.helpers.shards import SHAPE, batch, no_process_left  # noqa: F401  (one is a fixture)


@pytest.fixture
def model() -> Model:
    return Model.build(tiny.architecture(), SHAPE, np.random.default_rng(0))


@pytest.fixture
def worker(model: Model) -> Iterator[Worker]:
    with closing(Worker(model, "cross-entropy")) as worker:
        yield worker


def moved(n: int = 12) -> Batch:
    return Batch(batch(n).samples, draw_transforms(np.random.default_rng(0), n))


def on_paper(n: int = 12) -> Batch:
    return replace(moved(n), paper=(0.75,) * SHAPE[0])


@pytest.mark.parametrize("samples", [batch(12), moved(12), on_paper(12)], ids=["as they are", "moved", "on paper"])
def test_that_a_worker_computes_to_the_last_bit_what_this_process_would(
    worker: Worker, model: Model, samples: Batch
) -> None:
    task, here = Task(samples, Part(True, 0, 12, (3, 4))), Pass(model)
    worker.begin(model.parameters.flat, task)
    expected = here.loss_and_gradients(samples.inputs(slice(None)), samples.samples.labels, task.part)
    assert worker.result() == (expected.total, expected.correct)
    assert (worker.gradient == here.gradients.flat).all()


def test_that_a_worker_computes_with_the_parameters_of_the_moment(worker: Worker, model: Model) -> None:
    losses = []
    for _ in range(2):
        worker.begin(model.parameters.flat, Task(batch(), Part()))
        losses.append(worker.result()[0])
        assert losses[-1] == Pass(model).loss(batch().inputs(slice(None)), batch().samples.labels).total
        model.parameters.flat[...] *= 2
    assert losses[0] != losses[1]


def test_that_a_message_holds_the_whole_task() -> None:
    for task in (Task(batch(5), Part(True, 7, 12, (2**31, 10**6))), Task(moved(3), Part(False, 0, 3))):
        again = Task.from_bytes(task.to_bytes(), SHAPE)
        assert again.part == task.part
        assert (again.batch.samples.images == task.batch.samples.images).all()
        assert (again.batch.samples.labels == task.batch.samples.labels).all()
        assert (again.batch.transforms is None) == (task.batch.transforms is None)
        if task.batch.transforms is not None:
            assert (again.batch.transforms == task.batch.transforms).all()


def test_that_a_task_that_cannot_be_done_is_told_and_the_next_one_is_done(worker: Worker, model: Model) -> None:
    wrong = batch()
    wrong.samples.labels[3] = 99
    worker.begin(model.parameters.flat, Task(wrong, Part(True, 0, 40)))
    with pytest.raises(ChildProcessError, match=r"(?s)has failed: .*IndexError"):
        worker.result()
    worker.begin(model.parameters.flat, Task(batch(), Part(True, 0, 40)))
    assert np.isfinite(worker.result()[0])


@pytest.mark.parametrize("when", ["before", "during"])
def test_that_a_worker_that_is_killed_is_told_in_a_sentence(model: Model, when: str) -> None:
    with closing(Shards(model, 2)) as shards:
        shards.train(batch())
        process = shards._workers[0]._process
        if when == "before":
            process.kill()
            process.wait()
        else:
            process.send_signal(signal.SIGSTOP)
            threading.Timer(0.2, process.kill).start()
        with pytest.raises(ChildProcessError, match=r"has ended .*train again"):
            shards.train(batch())
        assert np.isfinite(shards.train(batch())[0])


def test_that_a_worker_that_does_not_listen_is_ended_all_the_same(model: Model, monkeypatch) -> None:
    monkeypatch.setattr("engine.worker.PATIENCE", 0.1)
    worker = Worker(model, "cross-entropy")
    worker._process.send_signal(signal.SIGSTOP)
    worker.close()
    assert worker._process.poll() is not None


@pytest.mark.parametrize("samples", [12, 40_000], ids=["that fits into the socket", "that does not"])
def test_that_a_worker_that_hangs_is_ended_after_a_while_and_told(
    model: Model, monkeypatch: pytest.MonkeyPatch, samples: int
) -> None:
    monkeypatch.setattr("engine.worker.ANSWER", 1.0)
    monkeypatch.setattr("engine.worker.SLOWER", 0)
    with closing(Shards(model, 2)) as shards:
        shards.train(batch())
        process = shards._workers[0]._process
        process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        with pytest.raises(ChildProcessError, match=r"did not respond and was ended; train again"):
            shards.train(batch(2 * samples))
        assert time.monotonic() - start < 20 and process.poll() is not None
        assert np.isfinite(shards.train(batch())[0])


def test_that_a_worker_that_starts_slowly_is_waited_for(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Shards(model, 2)) as shards:
        shards.train(batch())
        process = shards._workers[0]._process
        process.send_signal(signal.SIGSTOP)
        threading.Timer(1.0, process.send_signal, [signal.SIGCONT]).start()
        assert np.isfinite(shards.train(batch())[0])


def test_that_several_workers_that_do_not_listen_are_ended_in_the_time_of_one(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.parallel.PATIENCE", 1.0)
    with closing(Shards(model, 5)) as shards:
        shards.train(batch())
        processes = [worker._process for worker in shards._workers]
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        shards.close()
        assert len(processes) == 4 and time.monotonic() - start < 2.5
        assert None not in [process.poll() for process in processes]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_that_the_end_of_a_session_is_left_to_the_program_that_trains(
    worker: Worker, model: Model, number: int
) -> None:
    worker.begin(model.parameters.flat, Task(batch(), Part()))
    worker.result()
    worker._process.send_signal(number)
    worker.begin(model.parameters.flat, Task(batch(), Part()))
    assert np.isfinite(worker.result()[0])


def test_that_an_interrupt_from_the_keyboard_is_left_to_the_program_that_trains(worker: Worker, model: Model) -> None:
    worker.begin(model.parameters.flat, Task(batch(), Part()))
    worker.result()
    worker._process.send_signal(signal.SIGINT)
    worker.begin(model.parameters.flat, Task(batch(), Part()))
    assert np.isfinite(worker.result()[0])


def test_that_no_worker_outlives_a_program_that_is_killed(tmp_path: Path) -> None:
    script = """
import sys
from engine.model import Model
from engine.parallel import Shards
from tests.helpers import tiny
from tests.helpers.shards import SHAPE, batch
import numpy as np
shards = Shards(Model.build(tiny.architecture(), SHAPE, np.random.default_rng(0)), 2)
shards.train(batch())
print(shards._workers[0]._process.pid, flush=True)
shards.train(batch())
sys.stdin.read()
"""
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        program.kill()
    deadline = time.monotonic() + 10
    while is_running(worker):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0]
    except OSError:
        return False


def test_that_a_program_in_another_folder_finds_the_worker(tmp_path: Path) -> None:
    script = (
        Path(__file__)
        .read_text()
        .split('script = """')[1]
        .split('"""')[0]
        .replace("sys.stdin.read()", "shards.close()")
    )
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_that_a_file_of_the_present_folder_is_not_taken_for_a_library(
    tmp_path: Path, model: Model, monkeypatch
) -> None:
    (tmp_path / "numpy.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with closing(Shards(model, 2)) as shards:
        assert np.isfinite(shards.train(batch())[0])


def test_that_a_network_without_parameters_has_a_worker_too() -> None:
    chain = Architecture((new_layer("global_average_pool"), new_layer("softmax")))
    nothing = Model.build(chain, (2, 8, 8), np.random.default_rng(0))
    samples = Batch(Split(np.repeat(batch().samples.images, 2, axis=1), batch().samples.labels))
    with closing(Shards(nothing, 2)) as shards:
        assert np.isfinite(shards.train(samples)[0])


def test_that_a_worker_without_memory_is_a_matter_of_memory(worker: Worker, model: Model, monkeypatch) -> None:
    monkeypatch.setattr(worker._here, "recv_bytes", lambda: b"FMemoryError: Unable to allocate 8 GiB")
    with pytest.raises(MemoryError, match="use a smaller network or batch"):
        worker.result()


def test_that_an_interrupt_of_the_whole_group_does_not_reach_a_worker_that_starts(model: Model) -> None:
    with closing(Worker(model, "cross-entropy")) as worker:
        assert os.getpgid(worker._process.pid) != os.getpgid(0)
