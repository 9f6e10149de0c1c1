"""Every layer family. Importing this package registers all layer types."""

from engine.layers import activation, batch_norm, conv, dense, dropout, flatten, gelu, pool, pool_global, softmax

__all__ = [
    "activation", "batch_norm", "conv", "dense", "dropout", "flatten", "gelu", "pool", "pool_global", "softmax",
]  # fmt: skip
