"""Places at which a test may kill this very process; without the test's variable they do nothing.

Each name stands once in the code and once in the tests, which fail when one of them has no case.
"""

import os
import signal

VARIABLE = "DAILIES_CRASH_AT"


def crashpoint(name: str) -> None:
    """SIGKILL to ourselves when `DAILIES_CRASH_AT` is `name`: no handler, no `finally`, as when the power goes."""
    if os.environ.get(VARIABLE) == name:
        os.kill(os.getpid(), signal.SIGKILL)
