"""Zip archives of arrays, whole and broken in every way that a test needs."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import npy


def arrays(train: int = 6, test: int = 4, classes: int = 3, size: int = 5) -> dict[str, Any]:
    """Return the arrays of a small data set, every class in both parts."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (train, size, size), np.uint8),
        "y_train": np.arange(train) % classes,
        "x_test": rng.integers(0, 256, (test, size, size), np.uint8),
        "y_test": np.arange(test) % classes,
    }


def write(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a .npz: values that are bytes become the entry as they are, all others a .npy."""
    path.write_bytes(packed({f"{name}.npy": value for name, value in content.items()}))
    return path


def packed(entries: Mapping[str, Any]) -> bytes:
    """Return a zip of *entries*, with right checksums; arrays become .npy."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, value in entries.items():
            file.writestr(name, value if isinstance(value, bytes) else npy.to_bytes(np.asarray(value)))
    return stream.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the entries of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def flipped(content: bytes, place: int, bit: int) -> bytes:
    """Return *content* with one bit changed, at *place* modulo its length."""
    place %= len(content)
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]
