"""Pure functions on arrays in the field's layout, x (N, C, H, W) and weight (F, C, KH, KW).

They run the fast path of ``engine.ops.conv`` and ``engine.ops.pool``; ``engine.ops.reference`` defines in plain
loops what they compute.
"""
