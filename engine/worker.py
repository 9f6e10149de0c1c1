"""A process that works on one part of each mini-batch: ``Worker`` is its handle, ``main`` is what it runs.

Why a process and not a thread: docs/adr/0005-shards-are-processes.md. Parameters and gradients lie in memory that
both sides see; images, labels and results are messages over a socket. The process ends when its socket does, so
none is left behind whatever becomes of the program that started it.
"""

import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import numpy as np

from engine import architecture as architectures
from engine.data.dataset import Batch, Split
from engine.layer import Array, Part, Shape
from engine.losses import LossResult
from engine.model import Model, Pass
from engine.threads import pin_blas

DONE, TOTAL, FAILED = b"D", b"T", b"F"  # what a message from the process begins with
_RESULT = struct.Struct("<dq")
_TASK = struct.Struct("<??QQQQQ")
PATIENCE = 5  # seconds that a process has to end after its socket has


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a mini-batch, and whether to train on it or only to measure."""

    batch: Batch
    part: Part

    def to_bytes(self) -> bytes:
        """Return the task as a message."""
        samples, moved = self.batch.samples, self.batch.transforms
        part, n = self.part, len(self.batch.samples)
        head = _TASK.pack(part.training, moved is not None, part.first, part.batch, *part.key, n)
        arrays = [samples.images, samples.labels.astype(np.int64), *([] if moved is None else [moved])]
        return b"".join([head, *(np.ascontiguousarray(array).data for array in arrays)])

    @classmethod
    def from_bytes(cls, message: bytes, image_shape: tuple[int, ...]) -> "Task":
        """Return what ``to_bytes`` wrote, for images of *image_shape*."""
        training, moved, first, count, seed, step, n = _TASK.unpack_from(message)
        rest = memoryview(message)[_TASK.size :]
        size = n * int(np.prod(image_shape))
        images = np.frombuffer(rest[:size], np.uint8).reshape(n, *image_shape)
        labels = np.frombuffer(rest[size : size + 8 * n], np.int64)
        transforms = np.frombuffer(rest[size + 8 * n :], np.float32).reshape(n, 2, 3) if moved else None
        return cls(Batch(Split(images, labels.astype(np.intp)), transforms), Part(training, first, count, (seed, step)))

    def run(self, shard: Pass, total: Callable[[Array], Array]) -> LossResult:
        """Return the loss of this part; *total* adds up an array over all parts."""
        x, labels, part = self.batch.inputs(slice(None)), self.batch.samples.labels, replace(self.part, total=total)
        return shard.loss_and_gradients(x, labels, part) if part.training else shard.loss(x, labels, part)


class Worker:
    """The handle of a process that has the same network: ``begin``, as many ``values`` as layers ask, ``result``.

    Attributes:
        gradient: (P,), of its part, after ``result``.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, model: Model, loss: str) -> None:
        flat = model.parameters.flat
        self._here, there = Pipe()
        with _shared_memory(2 * flat.nbytes) as file:
            both = np.frombuffer(mmap.mmap(file.fileno(), 2 * flat.nbytes), flat.dtype)
            self._process = _start(there, file.fileno())
        there.close()
        self._parameters, self.gradient = both[: flat.size], both[flat.size :][: model.parameters.learned.size]
        self._send(_description(model, loss))

    def begin(self, parameters: Array, task: Task) -> None:
        """Let the process work on *task* with *parameters* (P + Q,)."""
        np.copyto(self._parameters, parameters)
        self._send(task.to_bytes())

    def values(self, like: Array) -> Array:
        """Return what a layer of the process hands in for a sum over all parts, in the form of *like*."""
        return np.frombuffer(self._receive(TOTAL), like.dtype).reshape(like.shape)

    def reply(self, total: Array) -> None:
        """Send the sum that the process waits for."""
        self._send(total.tobytes())

    def result(self) -> tuple[float, int]:
        """Return (sum of losses, correct) of the task.

        Raises:
            ChildProcessError: the process has failed or is gone.
        """
        total, correct = _RESULT.unpack(self._receive(DONE))
        return total, correct

    def close(self) -> None:
        """End the process."""
        self._here.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _send(self, message: bytes) -> None:
        with self._end_told():
            self._here.send_bytes(message)

    @contextmanager
    def _end_told(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError):
            code = self._process.wait()
            raise ChildProcessError(f"A process that helped to train has ended (code {code}); train again.") from None

    def _receive(self, expected: bytes) -> bytes:
        with self._end_told():
            message = self._here.recv_bytes()
        if message[:1] != expected:
            raise ChildProcessError(
                f"A process that helped to train has failed: {message[1:].decode(errors='replace')}"
            )
        return message[1:]


def _shared_memory(size: int) -> IO[bytes]:
    """Return an open file of *size* bytes without a name, in memory where the system can."""
    in_memory = hasattr(os, "memfd_create")
    file = os.fdopen(os.memfd_create("cnn-engine"), "r+b") if in_memory else TemporaryFile()  # noqa: SIM115
    file.truncate(size)
    return file


def _start(socket: Connection, memory: int) -> "subprocess.Popen[bytes]":
    fds = socket.fileno(), memory
    package = str(Path(__file__).parents[1])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-m", "engine.worker", *map(str, fds)]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=fds, env={**os.environ, "PYTHONPATH": path})


def _description(model: Model, loss: str) -> bytes:
    described = {
        "architecture": architectures.to_dict(model.architecture),
        "input_shape": model.input_shape,
        "backend": model.backend,
        "dtype": model.parameters.flat.dtype.name,
        "loss": loss,
    }
    return json.dumps(described).encode()


def main(socket: Connection, memory: int) -> None:
    """Work on tasks until the other side closes the socket."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the program that started it decides
    pin_blas()
    with suppress(EOFError, ConnectionError):
        shard, image_shape = _built(json.loads(socket.recv_bytes()), memory)
        while True:
            try:
                answer = DONE + _RESULT.pack(*_done(shard, Task.from_bytes(socket.recv_bytes(), image_shape), socket))
            except (EOFError, ConnectionError):
                raise
            except Exception:
                answer = FAILED + traceback.format_exc().encode()
            socket.send_bytes(answer)


def _built(description: dict[str, Any], memory: int) -> tuple[Pass, Shape]:
    """Return a pass through the network that is described, whose parameters and gradients lie in *memory*."""
    architecture = architectures.from_dict(description["architecture"])
    shape, dtype = tuple(description["input_shape"]), np.dtype(description["dtype"])
    view = memoryview(mmap.mmap(memory, 0))
    model = Model(architecture, shape, dtype, description["backend"], view)
    return Pass(model, description["loss"], view[model.parameters.flat.nbytes :]), shape


def _done(shard: Pass, task: Task, socket: Connection) -> tuple[float, int]:
    def total(values: Array) -> Array:
        socket.send_bytes(TOTAL + values.tobytes())
        return np.frombuffer(socket.recv_bytes(), values.dtype).reshape(values.shape)

    with np.errstate(all="ignore"):  # a diverging run is told from its loss, not by warnings
        result = task.run(shard, total)
    return result.total, result.correct


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), int(sys.argv[2]))
