"""The exit codes of ``cnn-engine``; 0 is done."""

BAD_INPUT = 2  # or a file that cannot be read or written, told in one sentence on standard error
DIVERGED = 3  # training ran away, told likewise
FAILED = 4  # a check or a race found a disagreement
INTERRUPTED = 130  # by Ctrl+C
BROKEN_PIPE = 141  # nobody reads the output any more
