"""Every layer family. Importing this package registers all layer types."""

from engine.layers import activation, conv, dense, flatten, pool, softmax

__all__ = ["activation", "conv", "dense", "flatten", "pool", "softmax"]
