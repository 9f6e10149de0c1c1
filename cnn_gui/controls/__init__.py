"""What starts, holds and describes a training run."""
