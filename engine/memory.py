"""How much memory a training run will take, told before it is taken, and how much the machine has free."""

import ctypes
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import numpy as np

from engine import optimizers
from engine.architecture import Architecture
from engine.errors import BadInputError
from engine.evaluation import MOST_BYTES, MOST_IMAGES
from engine.geometry import Window
from engine.layer import Shape, Workspace
from engine.layers.activation import InPlace
from engine.layers.conv import Conv2D
from engine.layers.plain import FAST
from engine.layers.pool import Pool2D
from engine.layers.pooled_conv import PooledConv2D
from engine.ops.conv import rows_at_once
from engine.parallel import SMALLEST_SHARD
from engine.settings import TrainingSettings
from engine.shapes import first_problem, infer_shapes
from engine.shortcuts import quicker
from engine.summary import BYTES, size

PROBE = 100  # images on which the layers are measured after an epoch, as ``engine.trainer`` has it
HELPER = 45 * 2**20  # bytes that Python and NumPy take in a process that helps
COPIES = 4  # of all parameters, beside those of the run itself: of whoever shows them while they change
SHARE = 0.95  # of what is free, that a run may take: it is shared with others
ARRAYS = {"gelu": (4, 2), "batch_norm": (2, 1), "dropout": (2, 1), "flatten": (1, 0), "softmax": (1, 1)}  # of its input


@dataclass(frozen=True, slots=True)
class Part:
    """Values that a network needs for one part of a mini-batch.

    Attributes:
        forward, backward: for each image.
        fixed: however many images there are.
    """

    forward: int = 0
    backward: int = 0
    fixed: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(self.forward + other.forward, self.backward + other.backward, self.fixed + other.fixed)


@dataclass(frozen=True, slots=True)
class Demand:
    """What training a network takes, for any size of mini-batch.

    Attributes:
        learned, kept: values of the parameters, and of the statistics beside them.
        part: of the layers as they are trained, for one part of a mini-batch.
        shown: values of all layers' outputs for an image, with what they need to be computed.
        outputs: values of an image and of all outputs for it.
        threads: most parts of a mini-batch.
        vectors: as long as all learned parameters, which the optimizer keeps.
        images: that are trained on; 0 where that is not known.
    """

    learned: int
    kept: int
    part: Part
    shown: int
    outputs: int
    threads: int
    vectors: int
    images: int

    def bytes(self, batch_size: int) -> int:
        """Return the bytes of a run with mini-batches of so many images."""
        parts = max(1, min(self.threads, batch_size // SMALLEST_SHARD))
        all_values = self.learned + self.kept
        values = (2 + COPIES) * all_values + (2 + self.vectors) * self.learned  # parameters, their gradients, moments
        values += (parts - 1) * (2 * all_values + self.learned)  # each helper has its own
        at_once = max(1, min(MOST_IMAGES, MOST_BYTES // (self.outputs * BYTES)))
        rest = self.images % batch_size if self.images > batch_size else 0  # the last mini-batch of an epoch
        training = batch_size + rest
        values += training * (self.part.forward + self.part.backward) + parts * self.part.fixed
        values += at_once * self.part.forward + min(PROBE, at_once) * self.shown
        return values * BYTES + (parts - 1) * HELPER

    def largest_batch(self, limit: int, most: int) -> int:
        """Return the most images of a mini-batch, up to *most*, with which a run takes *limit* bytes; 0 if none."""
        least, beyond = 0, most + 1
        while beyond - least > 1:
            middle = (least + beyond) // 2
            whole = replace(self, images=0)  # a last mini-batch can be nearly as large, for any size
            fits = whole.bytes(middle) + min(middle, self.images) * self._image_bytes() <= limit
            least, beyond = (middle, beyond) if fits else (least, middle)
        return least

    def _image_bytes(self) -> int:
        return (self.part.forward + self.part.backward) * BYTES


def demand(
    architecture: Architecture, input_shape: Shape, settings: TrainingSettings, threads: int, images: int = 0
) -> Demand | None:
    """Return what training takes, without building anything; None for a chain that cannot work.

    Args:
        architecture: the chain, on the fast path.
        input_shape: (C, H, W) of one image.
        settings: loss and optimizer count; the batch size is asked for later.
        threads: parts of a mini-batch at a time.
        images: that are trained on, if that is known.
    """
    infos = infer_shapes(architecture, input_shape)
    if not architecture.layers or first_problem(infos):
        return None
    shapes = [input_shape, *(info.output for info in infos if info.output is not None)]
    steps = [(spec.config, shape) for spec, shape in zip(architecture.layers, shapes, strict=False)]
    arrays = [(c.parameter_shapes(s), c.statistic_shapes(s)) for c, s in steps]
    learned, kept = (sum(prod(shape) for pair in arrays for shape in pair[i].values()) for i in (0, 1))
    kind = optimizers.BY_NAME[settings.optimizer]
    vectors = len(kind.MOMENTS) + 1 + 2 * (settings.weight_decay > 0)
    shown = sum(each.forward for each in _parts(architecture, shapes, "", plainly=True))
    part = sum(_parts(architecture, shapes, settings.loss), Part(2 * prod(input_shape), 4 * prod(shapes[-1])))
    return Demand(learned, kept, part, shown, sum(map(prod, shapes)), threads, vectors, images)


def problem(needed: Demand | None, batch_size: int, free: int | None) -> str:
    """Return why a run does not fit into *free* bytes, and what to do; '' where it fits, or nobody knows."""
    if needed is None or free is None or needed.bytes(batch_size) <= free:
        return ""
    largest = needed.largest_batch(free, batch_size)
    remedy = f"use a batch size of at most {largest:,}" if largest else "make the network smaller"
    return f"Training needs about {size(needed.bytes(batch_size))} of memory, and {size(free)} are free; {remedy}."


def check_fits(
    architecture: Architecture, input_shape: Shape, settings: TrainingSettings, threads: int, images: int
) -> None:
    """Raise BadInputError where a run would take more memory than is free."""
    if text := problem(demand(architecture, input_shape, settings, threads, images), settings.batch_size, free()):
        raise BadInputError(text)


def _parts(architecture: Architecture, shapes: list[Shape], loss: str, plainly: bool = False) -> list[Part]:
    """Return what each layer needs in the form in which it is trained, or as it stands."""
    specs = architecture.layers
    if specs and specs[-1].config.fused_loss == loss:
        specs = specs[:-1]
    made = [
        (s.config.build(shape, FAST), Workspace(np.float32, None, i))
        for i, (s, shape) in enumerate(zip(specs, shapes, strict=False))
    ]
    found = []
    for place, (layer, work) in enumerate(made if plainly else quicker(made)):
        shape, output, first = shapes[work.position], shapes[work.position + 1], place == 0
        if isinstance(layer, PooledConv2D):
            found.append(
                _convolution(layer.convolution, shape, output, first)
                + _pooling(layer.pooling_window, output[0], layer.mode, fused=True)
            )
        elif isinstance(layer, Conv2D):
            found.append(_convolution(layer, shape, output, first))
        elif isinstance(layer, Pool2D):
            found.append(_pooling(layer.window, output[0], layer.mode))
        elif not isinstance(layer, InPlace):
            forward, backward = ARRAYS.get(specs[work.position].type.name, (0, 0))
            inside = prod(shape)
            if prod(shape) == prod(output):
                found.append(Part((forward or 1) * inside, (backward or 1) * inside))
            else:
                found.append(Part(prod(output), inside))
    return found


def _convolution(layer: Conv2D, shape: Shape, output: Shape, first: bool) -> Part:
    """Return what ``engine.ops.conv`` needs: lowered rows, output, and on the way back the same of the gradient."""
    rows, cols = layer.window.rows, layer.window.cols
    channels, filters, groups = shape[0], output[0], layer.groups
    lowered = rows.used if rows.dilation == 1 else rows.output * rows.kernel
    low, y = lowered * channels * cols.kernel * cols.output, rows.output * filters * cols.output
    back = 0 if first else rows.size * channels * (cols.kernel * cols.output + cols.size)
    high = rows.kernel + rows_at_once(layer.window, filters, groups) - 1
    taps = filters * (channels // groups) * cols.kernel
    return Part(low + y, back, rows.output * taps * high + 3 * taps * high)


def _pooling(window: Window, channels: int, mode: str, fused: bool = False) -> Part:
    """Return what ``engine.ops.pool`` needs: half-way, output and which cell won, and on the way back what is left."""
    rows, cols = window.rows, window.cols
    half, y = rows.size * channels * cols.output, rows.output * channels * cols.output
    won = 0 if mode == "mean" else (cols.kernel - 1) * half + (rows.kernel - 1) * y
    apart = all(axis.stride >= axis.kernel and not axis.before for axis in (rows, cols))
    back = y if mode == "mean" or apart else 2 * (half + y)
    return Part(half + y + won, back + (0 if fused else rows.size * channels * cols.size))


# What is free.


def free() -> int | None:
    """Return the bytes that this process may still take, within SHARE; None where nobody knows."""
    known = [value for value in (_machine(), _group(), _limit()) if value is not None]
    return int(SHARE * max(0, min(known))) if known else None


def _machine() -> int | None:
    """Return what the machine has free, with what it would give up for it."""
    with suppress(OSError, ValueError, IndexError, AttributeError, subprocess.SubprocessError):
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "darwin":
            return _macos()
        lines = Path("/proc/meminfo").read_text().splitlines()
        (kilobytes,) = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
        return int(kilobytes) * 1024
    return None


def _group() -> int | None:
    """Return what the control group, such as a container's, leaves of its limit; None where there is none."""
    left: list[int] = []
    with suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, inside = line.split(":", 2)
            for root, limit, used, cache in _GROUP_FILES:
                if (controllers == "") == (root == "/sys/fs/cgroup") and (controllers == "" or "memory" in controllers):
                    left += _left_in(Path(root), inside, limit, used, cache)
    return min(left, default=None)


_GROUP_FILES = (
    ("/sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"),
    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def _left_in(root: Path, inside: str, limit: str, used: str, cache: str) -> list[int]:
    """Return what each group from *inside* up to *root* leaves; a container sees its own at *root*."""
    left, folder = [], root / inside.lstrip("/")
    for place in {root, folder, *(parent for parent in folder.parents if root in parent.parents)}:
        with suppress(OSError, ValueError):
            most = int((place / limit).read_text())
            lines = [line.split() for line in (place / "memory.stat").read_text().splitlines()]
            given_up = sum(int(value) for name, value in lines if name == cache)
            left.append(most - int((place / used).read_text()) + given_up)
    return [each for each in left if each < 2**60]  # what "no limit" is in the older form


def _limit() -> int | None:
    """Return what ``ulimit -v`` leaves; None where there is none."""
    with suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        if soft != resource.RLIM_INFINITY:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            return int(soft) - pages * os.sysconf("SC_PAGE_SIZE")
    return None


class _WindowsStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = [
        ("length", ctypes.c_uint32), ("load", ctypes.c_uint32),
        *[(name, ctypes.c_uint64) for name in ("total", "available", "page", "page_left", "virtual", "left", "more")],
    ]  # fmt: skip


def _windows() -> int | None:
    status = _WindowsStatus(length=ctypes.sizeof(_WindowsStatus))
    done = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined,unused-ignore]
    return int(status.available) if done else None


def _macos() -> int:
    told = subprocess.run(["/usr/bin/vm_stat"], capture_output=True, text=True, timeout=2, check=True).stdout
    head, *lines = told.splitlines()
    page = int(head.split("page size of")[1].split()[0])
    pages = dict(line.rsplit(":", 1) for line in lines if ":" in line)
    kinds = ("Pages free", "Pages inactive", "Pages speculative", "Pages purgeable")
    return page * sum(int(pages[kind].strip().rstrip(".")) for kind in kinds if kind in pages)
