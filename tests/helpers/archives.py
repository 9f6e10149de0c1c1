"""Files of data, whole and broken in every way that a test needs: zip archives of arrays, CIFAR-10's files, IDX."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.files import npy

CIFAR_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


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


def cifar(train: int = 2, test: int = 10) -> dict[str, bytes]:
    """Return CIFAR-10's files by name, *train* images in each of the five, every class in both parts."""
    names = "".join(f"{name}\n" for name in CIFAR_NAMES) + "\n"
    parts = {f"data_batch_{k + 1}.bin": records(range(k * train, (k + 1) * train)) for k in range(5)}
    return {"batches.meta.txt": names.encode(), **parts, "test_batch.bin": records(range(test))}


def records(labels: Any) -> bytes:
    """Return CIFAR-10 records, with labels modulo 10 and pixels drawn for each label."""
    pixels = (np.random.default_rng(label).bytes(3072) for label in labels)
    return b"".join(bytes([label % 10]) + image for label, image in zip(labels, pixels, strict=True))


def tar(files: Mapping[str, bytes], kind: int = tarfile.USTAR_FORMAT, folder: str = "cifar-10-batches-bin/") -> bytes:
    """Return a .tar of *files* in *folder*."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(folder + name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write *files* into *folder*, which need not be there yet."""
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(gzip.compress(content, 1, mtime=0) if name.endswith(".gz") else content)
    return folder


def idx(train: int = 12, test: int = 10, size: int = 5, suffix: str = "", mark: str = "-") -> dict[str, bytes]:
    """Return the four IDX files by name, as they are before they are packed; labels go round the ten classes."""
    values = arrays(train, test, 10, size)
    names = {"x": f"images{mark}idx3-ubyte{suffix}", "y": f"labels{mark}idx1-ubyte{suffix}"}
    parts = {"train": "train", "test": "t10k"}
    return {
        f"{parts[part]}-{names[axis]}": idx_bytes(values[f"{axis}_{part}"]) for part in parts for axis in names
    }  # fmt: skip


def idx_bytes(values: Any) -> bytes:
    """Return *values* as an IDX file of bytes."""
    values = np.asarray(values)
    return bytes((0, 0, 8, values.ndim)) + np.array(values.shape, ">u4").tobytes() + values.astype(np.uint8).tobytes()
