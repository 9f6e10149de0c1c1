"""The race of the backends in a process of its own: ``python -m engine.race_main < COURSE``.

A process has the whole interpreter to itself, so that nothing else is measured with it, and it can be ended at once,
while the naive loops would not stop in the middle of a step. Each line that it prints is one JSON object: progress,
and at last the result.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from engine.errors import BadInputError
from engine.pieces import finished
from engine.race import Course, racing


def main(message: bytes, tell: Callable[[dict[str, Any]], None]) -> None:
    """Run the course that *message* describes."""
    try:
        result = finished(racing(Course.from_bytes(message)), lambda done: tell({"progress": list(done)}))
    except (BadInputError, MemoryError) as error:
        tell({"problem": str(error) or "There is not enough memory for this computation."})
    else:
        tell({"result": result.to_values()})


if __name__ == "__main__":
    main(sys.stdin.buffer.read(), lambda values: print(json.dumps(values), flush=True))
