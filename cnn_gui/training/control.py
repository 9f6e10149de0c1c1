"""Pause, step, resume and stop, asked for in one thread and obeyed in another."""

from collections.abc import Callable
from threading import Condition


class RunControl:
    """What a person wants of a run. A queued slot would never arrive while the worker computes; this does."""

    def __init__(self, paused: bool = False) -> None:
        self._changed = Condition()
        self._paused, self._stopped, self._steps = paused, False, 0
        self._given_up = False

    @property
    def stopped(self) -> bool:
        """True once ``stop`` was called."""
        return self._stopped

    @property
    def given_up(self) -> bool:
        """True once ``give_up`` was called."""
        return self._given_up

    @property
    def stepping(self) -> bool:
        """True while the run does single steps."""
        return self._paused and self._steps > 0

    def pause(self) -> None:
        """Hold the run at the next moment where it can be held."""
        self._set(paused=True)

    def resume(self) -> None:
        """Let the run go on."""
        self._set(paused=False)

    def step(self) -> None:
        """Let a paused run go on for one optimizer step."""
        self._set(paused=True, more_steps=1)

    def stop(self) -> None:
        """End the run at the next moment where it can be ended."""
        self._set(stopped=True)

    def give_up(self) -> None:
        """End the run like ``stop``, and let the network go back to its best weights."""
        self._given_up = True
        self.stop()

    def wait_until_wanted(self, on_hold: Callable[[], None] = lambda: None) -> bool:
        """Block while the run is held; return True if it shall do one more piece, False if it shall end.

        Args:
            on_hold: called before it blocks.
        """
        with self._changed:
            if self._held:
                on_hold()
            while self._held:
                self._changed.wait()
            return not self._stopped

    @property
    def _held(self) -> bool:
        return self._paused and not self._stopped and not self._steps

    def step_done(self) -> None:
        """Say that one optimizer step is done, which uses up one ``step``."""
        with self._changed:
            self._steps = max(0, self._steps - 1)

    def _set(self, paused: bool | None = None, stopped: bool | None = None, more_steps: int = 0) -> None:
        with self._changed:
            self._paused = self._paused if paused is None else paused
            self._stopped = self._stopped if stopped is None else stopped
            self._steps += more_steps
            self._changed.notify_all()
