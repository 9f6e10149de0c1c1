"""A convolution and the max or min pooling after it, in one."""

from engine.layer import Array, Layer, Workspace
from engine.layers.conv import Conv2D
from engine.layers.pool import Pool2D
from engine.ops import pool


class PooledConv2D(Layer):
    """Does what *conv* and then *pooling* would, with less of the work on the large maps between them.

    The last rows and columns that no pooling window reads are not made; their gradient would be zero.
    The bias is added to what pooling keeps: the order of values does not change by it, nor where they are equal.
    Those maps are needed once, so their gradient takes their place in memory.
    """

    forgets = True

    def __init__(self, conv: Conv2D, pooling: Pool2D, pool_work: Workspace) -> None:
        super().__init__()
        self._pool_window, self._mode, self._pool_work = pooling.window.trimmed(), pooling.mode, pool_work
        self._conv = Conv2D(conv.window.first(self._pool_window.size), conv.groups)
        self._conv.parameters = conv.parameters

    def forward(self, x: Array, work: Workspace) -> Array:
        maps = work.saved["maps"] = self._conv.products(x, work)
        return self._conv.add_bias(pool.forward(maps, self._pool_window, self._mode, self._pool_work.buffer))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        self._conv.grad_bias(grad_output, work)
        maps, buffer = work.saved["maps"], self._pool_work.buffer
        grad_maps = pool.backward(grad_output, self._pool_window, self._mode, buffer, into=maps)
        return self._conv.grad_products(grad_maps, work, input_needed)
