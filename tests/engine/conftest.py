"""What every test of the engine gets."""

import pytest

from engine import parallel
from tests.helpers.tiny import SMALLEST_SHARD


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut small batches too: they are quick, and a batch that is not cut tests no shard."""
    monkeypatch.setattr(parallel, "SMALLEST_SHARD", SMALLEST_SHARD)
