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
        self.pooling_window, self.mode, self._pool_work = pooling.window.trimmed(), pooling.mode, pool_work
        self.convolution = Conv2D(conv.window.first(self.pooling_window.size), conv.groups)
        self.convolution.parameters = conv.parameters

    def forward(self, x: Array, work: Workspace) -> Array:
        maps = work.saved["maps"] = self.convolution.products(x, work)
        return self.convolution.add_bias(pool.forward(maps, self.pooling_window, self.mode, self._pool_work.buffer))

    def backward(self, grad_output: Array, work: Workspace, input_needed: bool = True) -> Array:
        self.convolution.grad_bias(grad_output, work)
        maps, buffer = work.saved["maps"], self._pool_work.buffer
        grad_maps = pool.backward(grad_output, self.pooling_window, self.mode, buffer, into=maps)
        return self.convolution.grad_products(grad_maps, work, input_needed)
