"""What counted answers say of how much somebody sees: an interval, never a mark."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `n`, and the interval in which the true rate lies with 95 % confidence; without any, [0, 1]."""

    hits: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        return clopper_pearson(self.hits, self.n)


@lru_cache(maxsize=4096)
def clopper_pearson(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact two-sided interval of a binomial rate (Clopper and Pearson 1934), to within 1e-12.

    Raises ValueError unless 0 <= hits <= n.
    """
    if not 0 <= hits <= n:
        raise ValueError(f"{hits} of {n} is no count")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _where(lambda p: at_least(hits, n, p) > tail)
    high = 1.0 if hits == n else _where(lambda p: 1 - at_least(hits + 1, n, p) <= tail)
    return low, high


def at_least(hits: int, n: int, p: float) -> float:
    """The chance of `hits` or more of `n` at the rate `p`."""
    if hits <= 0 or p >= 1:
        return 1.0
    if p <= 0:
        return 0.0
    return min(1.0, sum(exp(_log_chance(k, n, p)) for k in range(hits, n + 1)))


def _log_chance(k: int, n: int, p: float) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log1p(-p)


def _where(begins: Callable[[float], bool]) -> float:
    """The rate from which on `begins` holds, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if begins(middle) else (middle, high)
    return (low + high) / 2


def clean_run(rate: float, confidence: float = CONFIDENCE) -> int:
    """How many in a row without a miss show that the rate is at least `rate`, one-sided: 29 for 0.90."""
    n = 1
    while rate**n > 1 - confidence:
        n += 1
    return n
