"""``cnn-engine bench``."""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from statistics import geometric_mean
from typing import Any

from engine import presets
from engine.benchmark.contest import ENGINE, Outcome, compete, sgemm_flops, sides, training_flops
from engine.benchmark.contestant import Entry
from engine.commands import options
from engine.data import catalogue
from engine.errors import BadInputError
from engine.schema import Param
from engine.shapes import CROSS_ENTROPY
from engine.threads import blas_kernels
from engine.words import counted

NETWORKS, BATCHES, ROUNDS = ("lenet5", "keras-mnist", "strided"), (32, 128, 512), 7
PREFIXES = {"": "the engine", "pytorch_": "PyTorch"}
HOLDING = "OPENBLAS_CORETYPE"  # an environment variable of OpenBLAS, which NumPy multiplies with
MOST_SPREAD, MOST_WAITED = 1.5, 0.25  # a machine without other work stays well below both
SPREAD = "slow turns of {0} took {1:.1f} times as long as quick ones ({2}, third quartile over the first)"
WAITED = "threads of {0} waited {1:.1f} s for a core in each second ({2})"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    name = options.one_of(presets.BUILDERS)
    about = "presets that are trained"
    parser.add_argument("--networks", metavar="NAME", nargs="+", type=name, default=NETWORKS, help=about)
    batch = options.reader(Param("batches", 1, "Batches", "", ge=1, le=4096))
    parser.add_argument("--batches", metavar="N", nargs="+", type=batch, default=BATCHES, help="images per step")
    rounds = options.reader(Param("rounds", 1, "Rounds", "", ge=1, le=1000))
    parser.add_argument("--rounds", metavar="N", type=rounds, default=ROUNDS, help=f"turns of each side ({ROUNDS})")
    options.add_threads(parser)
    options.add_json(parser, "one JSON object a line and cell")


def run(arguments: argparse.Namespace) -> int:
    """Train each network at each batch size in turns with PyTorch, and print how fast both were."""
    for network in arguments.networks:
        _check(network)
    threads = options.threads(arguments)
    limit = threads * sgemm_flops()
    if not arguments.json:
        print(*_head(threads, limit), sep="\n")
    cells = [(network, batch) for network in arguments.networks for batch in arguments.batches]
    figures = []
    for network, batch in cells:
        figures.append(_figures(network, batch, threads, limit, arguments.rounds))
        print(json.dumps(figures[-1]) if arguments.json else _line(figures[-1]), flush=True)
    if not arguments.json and "ratio" in figures[0]:
        for batch in arguments.batches:
            mean = geometric_mean([f["ratio"] for f in figures if f["batch"] == batch])
            print(f"geometric mean of the ratios at batch {batch}: {mean:.2f}")
    if not arguments.json and (doubts := [*_doubts(figures)]):
        print(f"These figures are in doubt: {', and '.join(doubts)}; run it again while nothing else runs.")
    return 0


def _check(network: str) -> None:
    """Raise BadInputError unless both sides can train *network* on the bundled digits, with cross-entropy."""
    preset, data = presets.load(network), catalogue.load(catalogue.BUNDLED)
    ending = presets.fitted(preset, data).layers[-1].config
    if preset.input_shape != data.image_shape or ending.fused_loss != CROSS_ENTROPY:
        raise BadInputError(f"{network} is not made for the bundled digits and cross-entropy; choose another network.")


def _figures(network: str, batch: int, threads: int, limit: float, rounds: int) -> dict[str, Any]:
    outcomes = compete(network, batch, threads, rounds)
    ours = outcomes.pop(ENGINE)
    shape = catalogue.load(catalogue.BUNDLED).image_shape
    flops = training_flops(Entry(ENGINE, network, batch, threads), shape)
    figures = {"network": network, "batch": batch, "threads": threads, **asdict(ours)}
    figures["share_of_sgemm"] = ours.images_per_second * flops / limit
    if outcomes:
        side, best = max(outcomes.items(), key=lambda each: each[1].images_per_second)
        figures |= _against(side, best, ours)
        for name in ("spread", "waited"):  # of the other format too: where it stumbled, it is not the best
            figures[f"pytorch_{name}"] = max(getattr(each, name) for each in outcomes.values())
    return figures


def _against(side: str, best: Outcome, ours: Outcome) -> dict[str, Any]:
    """Return the figures of PyTorch in the quicker of its memory formats, and how many times faster the engine is."""
    speeds = {"pytorch_format": side, "pytorch_images_per_second": best.images_per_second}
    return speeds | {
        "pytorch_megabytes": best.megabytes, "ratio": ours.images_per_second / best.images_per_second,
    }  # fmt: skip


def _doubts(figures: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what makes the cells in *figures* unsure, each with the side and the cell that have it worst."""
    for name, most, told in (("spread", MOST_SPREAD, SPREAD), ("waited", MOST_WAITED, WAITED)):
        sides = ((prefix + name, who, f) for f in figures for prefix, who in PREFIXES.items() if prefix + name in f)
        key, who, cell = max(sides, key=lambda side: side[2][side[0]])
        if cell[key] > most:
            yield told.format(who, cell[key], f"{cell['network']} at batch {cell['batch']}")


def _head(threads: int, limit: float) -> Iterator[str]:
    kernels = f" with {blas_kernels()} kernels" if blas_kernels() else ""
    yield f"{counted(threads, 'thread')} each; sgemm reaches {limit / 1e9:.0f} GFLOP/s on them{kernels}."
    if held := os.environ.get(HOLDING):
        yield f"{HOLDING}={held} chose them for NumPy, not for PyTorch; unset it to compare what the processor can do."
    if len(sides()) == 1:
        yield "PyTorch is not installed, so that there is nothing to compare with: pip install 'torch>=2'."
    yield _row("network", "batch", "images/s", "of sgemm", "memory", "PyTorch", "its format", "memory", "ratio")


def _line(f: dict[str, Any]) -> str:
    ours = f"{f['images_per_second']:,.0f}", f"{f['share_of_sgemm']:.0%}", f"{f['megabytes']:.0f} MB"
    if "ratio" not in f:
        return _row(f["network"], str(f["batch"]), *ours, "-", "-", "-", "-")
    order = "channels last" if f["pytorch_format"].endswith("last") else "contiguous"
    theirs = f"{f['pytorch_images_per_second']:,.0f}", order, f"{f['pytorch_megabytes']:.0f} MB", f"{f['ratio']:.2f}"
    return _row(f["network"], str(f["batch"]), *ours, *theirs)


def _row(*cells: str) -> str:
    widths = (-14, 6, 10, 9, 8, 10, 14, 8, 6)
    return " ".join(cell.ljust(-w) if w < 0 else cell.rjust(w) for cell, w in zip(cells, widths, strict=True)).rstrip()
