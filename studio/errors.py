"""What can be refused, as a tree. `studio/http.py` turns each into an answer once.

DailiesError
├── NotPermitted        the rules deny it (403)
│   └── OptedOut        they asked not to see it
├── CapReached          enough severe clips for now (429)
├── Conflict            the world moved (409)
│   ├── ClaimLost       somebody else holds the claim, or it ended
│   ├── StaleCandidate  bytes, checks, policy or status changed since it was seen
│   ├── IllegalTransition  the life cycle has no such move
│   ├── AlreadySettled  the undo window has passed
│   └── CostChanged     the estimate shown is not the estimate now
├── Invalid             the input cannot be used (422)
│   ├── Disallowed      the words ask for what is never made
│   └── OverBudget      a cap leaves less than it costs
└── LeaseLost           a machine's hold on a row passed to another; never shown to people
"""


class DailiesError(Exception):
    """Base of everything that Dailies refuses; `str()` is a sentence for the person."""


class NotPermitted(DailiesError):
    pass


class OptedOut(NotPermitted):
    pass


class CapReached(DailiesError):
    pass


class Conflict(DailiesError):
    pass


class ClaimLost(Conflict):
    pass


class StaleCandidate(Conflict):
    pass


class AlreadySettled(Conflict):
    pass


class CostChanged(Conflict):
    pass


class IllegalTransition(Conflict):
    def __init__(self, before: str, to: str) -> None:
        super().__init__(f"A take that is {before.replace('_', ' ')} cannot become {to.replace('_', ' ')}.")


class Invalid(DailiesError):
    pass


class Disallowed(Invalid):
    pass


class OverBudget(Invalid):
    pass


class LeaseLost(DailiesError):
    pass
