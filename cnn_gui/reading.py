"""Reading a file beside the GUI: on a thread of its own, until its end or until nobody wants it any more."""

from collections.abc import Callable
from threading import Thread
from typing import Any

from cnn_gui import failures
from engine.files import reading
from engine.files.reading import GivenUpError

PATIENCE = 2.0  # s that the end of a piece is waited for; a disk that does not answer must not keep the window


class Reading:
    """One file that is being read, from ``start`` on.

    Attributes:
        count: bytes read so far.
        over: whether there is a result, or an error, or neither because it was given up.
        result: what *read* returned; None until then.
        error: why there is none; None too where the error reporter tells what nobody expected.
        given_up: whether nobody wants it.

    Args:
        read: runs on the thread; it reads through ``engine.files.reading``.
        done: called on that thread at the end, unless the reading was given up.

    Thread: any one but the one that reads; that writes ``count``, ``result`` and ``error``, ``over`` last.
    """

    def __init__(self, read: Callable[[], Any], done: Callable[["Reading"], None] | None = None) -> None:
        self._read, self._done = read, done
        self.count = 0
        self.over = self.given_up = False
        self.result: Any = None
        self.error: Exception | None = None
        self._thread = Thread(target=self._run, name="reading", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def wait(self, seconds: float = PATIENCE) -> bool:
        """Wait for the end, at most so long, and return whether it has come."""
        self._thread.join(seconds)
        return self.over

    def give_up(self) -> None:
        """End after the piece that is being read; ``done`` is not called any more."""
        self.given_up = True

    def _run(self) -> None:
        try:
            with reading.followed(self._advance):
                self.result = self._read()
        except GivenUpError:
            pass
        except failures.EXPECTED as error:
            self.error = error
        finally:
            self.over = True
            if self._done is not None and not self.given_up:
                self._done(self)

    def _advance(self, count: int) -> None:
        self.count += count
        if self.given_up:
            raise GivenUpError
