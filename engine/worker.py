"""The handle of a process that works on one part of each mini-batch.

Why a process and not a thread: docs/adr/0005-shards-are-processes.md. Parameters and gradients lie in memory that
both sides see; images, labels and results are messages over a socket. The process ends when its socket does, so
none is left behind whatever becomes of the program that started it. One that does not answer, since somebody stopped
it, is ended after a while that no part takes.
"""

import json
import mmap
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, NoReturn

import numpy as np

from engine import architecture as architectures
from engine.layer import Array
from engine.model import Model
from engine.task import DONE, RESULT, TOTAL, Task

PATIENCE = 2.0  # s that a process has to end after its socket has
ANSWER = 60.0  # s that it has to listen or to answer, at least: the first answer waits for its start
SLOWER = 20  # times as long as this process took for its own part, where that is more


class Worker:
    """The handle of a process that has the same network: ``begin``, as many ``values`` as layers ask, ``result``.

    Attributes:
        gradient: (P,), of its part, after ``result``.

    Raises:
        OSError: the process cannot be started; from every method, ChildProcessError: it has ended, failed, or does
            not answer.
        MemoryError: the process has not enough.
    """

    def __init__(self, model: Model, loss: str) -> None:
        flat = model.parameters.flat
        self._here, there = Pipe()
        self._begun = monotonic()
        self._wait_at_most(ANSWER)
        with _shared_memory(max(1, 2 * flat.nbytes)) as file:  # a network may have no parameters
            both = np.frombuffer(mmap.mmap(file.fileno(), 0), flat.dtype, 2 * flat.size)
            self._process = _start(there, file.fileno())
        there.close()
        self._parameters, self.gradient = both[: flat.size], both[flat.size :][: model.parameters.learned.size]
        self._send(_description(model, loss))

    def begin(self, parameters: Array, task: Task) -> None:
        """Let the process work on *task* with *parameters* (P + Q,)."""
        np.copyto(self._parameters, parameters)
        self._send(task.to_bytes())
        self._begun = monotonic()

    def values(self, like: Array) -> Array:
        """Return what a layer of the process hands in for a sum over all parts, in the form of *like*."""
        return np.frombuffer(self._receive(TOTAL), like.dtype).reshape(like.shape)

    def reply(self, total: Array) -> None:
        """Send the sum that the process waits for."""
        self._send(total.tobytes())

    def result(self) -> tuple[float, int]:
        """Return (sum of losses, correct) of the task."""
        total, correct = RESULT.unpack(self._receive(DONE))
        return total, correct

    def hang_up(self) -> None:
        """Tell the process that nothing more comes, without waiting for it."""
        self._here.close()

    def kill(self) -> None:
        """End the process at once, from any thread; whoever waits for its answer is told."""
        self._process.kill()

    def close(self, patience: float | None = None) -> None:
        """End the process, which has *patience* seconds, or PATIENCE, to do so by itself."""
        self.hang_up()
        self._ended(PATIENCE if patience is None else patience)

    def _ended(self, patience: float) -> int:
        """Return the exit code of the process, which is killed where it has not ended after *patience* seconds."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _send(self, message: bytes) -> None:
        with self._end_told():
            self._here.send_bytes(message)

    @contextmanager
    def _end_told(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:  # what a socket with a time limit raises
            self._ended(0)
            raise ChildProcessError(
                "A helper process of the training run did not respond and was ended; train again."
            ) from None
        except (EOFError, OSError):
            code = self._ended(PATIENCE)
            raise ChildProcessError(f"A process that helped to train has ended (code {code}); train again.") from None

    def _wait_at_most(self, seconds: float) -> None:
        """Give up sending or receiving where the other side has not moved for so long; whole seconds."""
        self._limit = seconds
        limit = struct.pack("@ll", max(1, int(seconds)), 0)  # a timeval
        with socket.socket(fileno=os.dup(self._here.fileno())) as same:
            for option in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
                same.setsockopt(socket.SOL_SOCKET, option, limit)

    def _receive(self, expected: bytes) -> bytes:
        with self._end_told():
            own = monotonic() - self._begun  # about what this process took for its own part
            if (limit := max(ANSWER, SLOWER * own)) != self._limit:
                self._wait_at_most(limit)
            message = self._here.recv_bytes()
        if message[:1] != expected:
            self._tell_failure(message[1:].decode(errors="replace"))
        return message[1:]

    def _tell_failure(self, what: str) -> NoReturn:
        if what.startswith(MemoryError.__name__):
            raise MemoryError("There is not enough memory; use a smaller network or batch.")
        raise ChildProcessError(f"A process that helped to train has failed: {what}")


def _shared_memory(size: int) -> IO[bytes]:
    """Return an open file of *size* bytes without a name, in memory where the system can."""
    in_memory = hasattr(os, "memfd_create")
    file = os.fdopen(os.memfd_create("cnn-engine"), "r+b") if in_memory else TemporaryFile()  # noqa: SIM115
    file.truncate(size)
    return file


def _start(there: Connection, memory: int) -> "subprocess.Popen[bytes]":
    fds = there.fileno(), memory
    return subprocess.Popen(
        [*module_command("engine.worker_main"), *map(str, fds)],
        stdin=subprocess.DEVNULL,
        pass_fds=fds,
        env=environment(),
        process_group=0,  # Ctrl+C does not reach it, not even while it starts
    )


def module_command(name: str) -> list[str]:
    """Return the command that runs a module of this engine, whatever lies in the present folder."""
    return [sys.executable, "-P", "-m", name]


def environment() -> dict[str, str]:
    """Return this process's environment, in which the same engine is found."""
    package = str(Path(__file__).parents[1])
    return {**os.environ, "PYTHONPATH": os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])}


def _description(model: Model, loss: str) -> bytes:
    described = {
        "architecture": architectures.to_dict(model.architecture),
        "input_shape": model.input_shape,
        "backend": model.backend,
        "dtype": model.parameters.flat.dtype.name,
        "loss": loss,
    }
    return json.dumps(described).encode()
