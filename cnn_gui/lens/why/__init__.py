"""Why this class: maps over the image and the sum that makes a logit."""
