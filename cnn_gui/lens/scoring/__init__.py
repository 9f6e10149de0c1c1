"""From scores to the loss: what is said of it."""
