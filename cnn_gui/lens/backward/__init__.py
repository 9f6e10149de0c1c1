"""The ways of a convolution's gradients back, stage by stage."""
