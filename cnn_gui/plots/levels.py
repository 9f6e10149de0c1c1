"""A colour range that does not flicker while training changes the values."""

from cnn_gui.plots.round_numbers import round_up

HOLD = 20  # updates, about two seconds of training


class SteadyLimit:
    """Follows the largest magnitude in round numbers: grows at once, shrinks once HOLD updates stayed below half."""

    def __init__(self) -> None:
        self.value = 0.0
        self._calm = 0

    def follow(self, limit: float) -> float:
        """Return the range to show for values up to *limit* > 0; ``value`` keeps it."""
        self._calm = self._calm + 1 if limit < self.value / 2 else 0
        if limit > self.value or self._calm >= HOLD:
            self.value, self._calm = round_up(limit), 0
        return self.value

    def reset(self) -> None:
        """Forget the past, because what is shown is another thing."""
        self.value, self._calm = 0.0, 0
