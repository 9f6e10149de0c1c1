"""How many cores there are, what BLAS makes of one, and BLAS pinned to one so that parts of a batch do not fight."""

import os
from functools import lru_cache

import threadpoolctl

MOST_THREADS = 256


@lru_cache(maxsize=1)
def pin_blas() -> object:
    """Pin BLAS to one thread for the whole process, and for good; call it from the main thread at start."""
    return threadpoolctl.threadpool_limits(1, "blas")


def blas_kernels() -> str:
    """Return which processor's instructions NumPy's products use, 'Haswell' or 'SkylakeX'; '' where it is unknown."""
    found = (library.get("architecture", "") for library in threadpoolctl.threadpool_info())
    return str(next(filter(None, found), ""))


def default_threads() -> int:
    """Return the number of cores that this process may use; 1 where no process can share memory with another."""
    if os.name != "posix":
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
