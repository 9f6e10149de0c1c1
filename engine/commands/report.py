"""What a run prints: a table for a person, or one JSON object a line for a program."""

import json
from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from pathlib import Path

from engine.history import EpochResult, History, as_dict
from engine.trainer import Event
from engine.words import counted


class JsonReport:
    """A line for each epoch, and a last one with the whole run's time and speed, and the *remarks* on its data."""

    def __init__(self, remarks: Sequence[str] = ()) -> None:
        self._remarks = list(remarks)

    def show(self, event: Event) -> None:
        """Print *event* if it ends an epoch."""
        if isinstance(event, EpochResult):
            print(json.dumps(as_dict(event)), flush=True)

    def finish(self, history: History, saved: Path | None) -> None:
        """Print the last line: the last epoch's figures, ``"final": true``, the file and the remarks."""
        last = {"final": True, "file": saved and str(saved), "remarks": self._remarks}
        print(json.dumps({**as_dict(_whole(history)), **last}), flush=True)


class TableReport:
    """A row for each epoch, and a line for the whole run."""

    def __init__(self) -> None:
        print(_row("epoch", "train loss", "train", "valid. loss", "valid.", "test loss", "test", "seconds", "images/s"))

    def show(self, event: Event) -> None:
        """Print *event* as a row if it ends an epoch."""
        if isinstance(event, EpochResult):
            print(_epoch_row(event), flush=True)

    def finish(self, history: History, saved: Path | None) -> None:
        """Print the whole run's time and speed, and where it was saved."""
        whole = _whole(history)
        speed = f"{whole.images_per_second:,.0f} images/s in training"
        print(f"{counted(whole.epoch, 'epoch')} in {whole.seconds:.1f} s, {speed}.")
        if saved:
            kept = f" Its curves keep one step in {history.every:,}." if history.every > 1 else ""
            print(f"Saved as {saved}.{kept}")


def _whole(history: History) -> EpochResult:
    """Return the last epoch's figures with the time of all epochs and the speed of training over all of them."""
    return replace(
        history.epochs[-1],
        seconds=history.epochs.seconds,
        images_per_second=history.epochs.done / history.epochs.slowness,
    )


def _epoch_row(e: EpochResult) -> str:
    return _row(
        str(e.epoch), _loss(e.train_loss), _share(e.train_accuracy), _loss(e.validation_loss),
        _share(e.validation_accuracy), _loss(e.test_loss), _share(e.test_accuracy), f"{e.seconds:.2f}",
        f"{e.images_per_second:,.0f}",
    )  # fmt: skip


def _row(*cells: str) -> str:
    widths = (5, 10, 8, 11, 8, 9, 8, 8, 9)
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def _loss(value: float) -> str:
    return "-" if isnan(value) else f"{value:.4f}"


def _share(value: float) -> str:
    return "-" if isnan(value) else f"{value:.2%}"
