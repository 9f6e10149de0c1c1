"""One part of a mini-batch as a message to another process."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.data.dataset import Batch, Split
from engine.layer import Array, Part
from engine.losses import LossResult
from engine.passes import Pass

DONE, TOTAL, FAILED = b"D", b"T", b"F"  # what an answer begins with
RESULT = struct.Struct("<dq")  # sum of losses, right answers
_TASK = struct.Struct("<??QQQQQQ")


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a mini-batch, and whether to train on it or only to measure."""

    batch: Batch
    part: Part

    def to_bytes(self) -> bytes:
        """Return the task as a message."""
        samples, moved = self.batch.samples, self.batch.transforms
        part, n = self.part, len(self.batch.samples)
        paper = np.array(self.batch.paper or (), np.float64)
        head = _TASK.pack(part.training, moved is not None, part.first, part.batch, *part.key, n, len(paper))
        arrays = [samples.images, samples.labels.astype(np.int64), paper, *([] if moved is None else [moved])]
        return b"".join([head, *(np.ascontiguousarray(array).data for array in arrays)])

    @classmethod
    def from_bytes(cls, message: bytes, image_shape: tuple[int, ...]) -> "Task":
        """Return what ``to_bytes`` wrote, for images of *image_shape*."""
        training, moved, first, count, seed, step, n, levels = _TASK.unpack_from(message)
        rest = memoryview(message)[_TASK.size :]
        size = n * int(np.prod(image_shape))
        images = np.frombuffer(rest[:size], np.uint8).reshape(n, *image_shape)
        labels = np.frombuffer(rest[size : size + 8 * n], np.int64)
        size += 8 * n
        paper = tuple(np.frombuffer(rest[size : size + 8 * levels], np.float64).tolist()) or None
        transforms = np.frombuffer(rest[size + 8 * levels :], np.float32).reshape(n, 2, 3) if moved else None
        batch = Batch(Split(images, labels.astype(np.intp)), transforms, paper)
        return cls(batch, Part(training, first, count, (seed, step)))

    def run(self, shard: Pass, total: Callable[[Array], Array]) -> LossResult:
        """Return the loss of this part; *total* adds up an array over all parts."""
        x, labels, part = self.batch.inputs(slice(None)), self.batch.samples.labels, replace(self.part, total=total)
        return shard.loss_and_gradients(x, labels, part) if part.training else shard.loss(x, labels, part)
