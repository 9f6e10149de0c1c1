"""What an ``engine.worker.Worker`` starts: ``python -m engine.worker_main SOCKET MEMORY``, both of them descriptors."""

import json
import mmap
import signal
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from engine import architecture as architectures
from engine.layer import Array, Shape
from engine.model import Model
from engine.passes import Pass
from engine.task import DONE, FAILED, RESULT, TOTAL, Task
from engine.threads import pin_blas


def main(socket: Connection, memory: int) -> None:
    """Work on tasks until the other side closes the socket."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the program that started it decides
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    pin_blas()
    with suppress(EOFError, ConnectionError):
        shard, image_shape = _built(json.loads(socket.recv_bytes()), memory)
        while True:
            try:
                answer = DONE + RESULT.pack(*_done(shard, Task.from_bytes(socket.recv_bytes(), image_shape), socket))
            except (EOFError, ConnectionError):
                raise
            except Exception as error:
                traceback.print_exc()  # for the log; the other side tells one sentence
                answer = FAILED + f"{type(error).__name__}: {error}".encode()
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
