class CannotStart(Exception):
    """The tree cannot run; `str()` is the one line that says why."""


class StopRequested(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived while something was waited for."""
