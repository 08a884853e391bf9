"""One instrument at work: its CPU time, and how it ended."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import thread_time
from typing import Any

from reviews.checks.base import Clip, Instrument, Record, Skipped, Unavailable
from reviews.checks.findings import Observation


@dataclass
class Bench:
    """What the instrument raises stops it and nobody else."""

    check: Instrument
    seconds: float = 0.0
    status: str = ""
    reason: str = ""
    unable: bool = False
    observations: list[Observation] = field(default_factory=list)

    def does(self, step: Callable[[], None]) -> None:
        """Show the instrument something, unless it has already failed or had enough."""
        if self.status:
            return
        began = thread_time()
        try:
            step()
        except Skipped as skipped:
            self.status, self.reason = "skipped", str(skipped)
            self.unable = isinstance(skipped, Unavailable)
        except MemoryError:
            raise  # the child's limit, not this instrument's fault
        except Exception as error:
            self.status, self.reason = "failed", f"{type(error).__name__}: {error}"
            self.observations.clear()
        finally:
            self.seconds += thread_time() - began

    def conclude(self, clip: Clip) -> None:
        self.does(lambda: self._say(self.check.conclude(clip)))

    def consult(self, record: Record) -> None:
        self.does(lambda: self._say(self.check.consult(record)))

    def _say(self, observations: Iterable[Observation]) -> None:
        self.observations.extend(observations)

    def report(self) -> dict[str, Any]:
        return {
            "check": self.check.key,
            "status": self.status,
            "seconds": round(self.seconds, 4),
            "reason": self.reason,
            "unable": self.unable,
            "measured": self.check.measured,
            "details": dict(self.check.details),
            "observations": [observation.as_json() for observation in self.observations],
        }


def benches_of(kinds: Iterable[type[Instrument]], parameters: Mapping[str, Mapping[str, Any]]) -> list[Bench]:
    """A bench for each of `kinds` that has parameters: the policy wants it. They were validated before."""
    return [Bench(kind(**parameters[kind.key])) for kind in kinds if kind.key in parameters]
