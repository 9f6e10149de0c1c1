"""Parts of one mini-batch in threads of this process, which sum over all of it: what ``engine.parallel`` does with
processes, for layers that are made up in a test."""

import threading

import numpy as np

from tests.helpers.images import Array


class Together:
    """Sums over the parts: each waits for the others."""

    def __init__(self, parts: int) -> None:
        self._barrier = threading.Barrier(parts)
        self._values: list[Array] = [np.empty(0)] * parts

    def total(self, place: int, values: Array) -> Array:
        """Return the sum of the *values* that all parts hand in, in the order of their places."""
        self._values[place] = values
        self._barrier.wait()
        result: Array = np.add.reduce(self._values, axis=0)
        self._barrier.wait()  # nobody hands in the next ones before all have read these
        return result

    def give_up(self) -> None:
        """Let nobody wait any longer: a part has failed."""
        self._barrier.abort()
