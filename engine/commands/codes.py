"""The exit codes of ``cnn-engine``; 0 is done."""

BAD_INPUT = 2  # or a file that cannot be read or written, told in one sentence on standard error
DIVERGED = 3  # training ran away, told likewise
FAILED = 4  # a check or a race found a disagreement
INTERRUPTED = 130  # by Ctrl+C; another signal ends a run with 128 and its number: 143 for SIGTERM, 129 for SIGHUP
BROKEN_PIPE = 141  # nobody reads the output any more


def of_signal(number: int) -> int:
    """Return the code of a command that the signal *number* ended, as shells count it; Ctrl+C's is INTERRUPTED."""
    return 128 + number
