"""Naive loops, im2col and the fast path on the open network: which is how fast, and whether they agree."""
