"""What the `trueup` command could not do, in words that say what to do next."""


class OperatorError(Exception):
    """An expected failure: shown as one line, without a stack trace."""
