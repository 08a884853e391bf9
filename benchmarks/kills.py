"""Workers killed at random moments, in thousands: `python benchmarks/kills.py [--kills 3000] [--seed 1]`.

The long form of `tests/engine/test_crashes.py`: takes of every kind of provider, 5 % of the answers lost. Prints what
became of them, what the providers' ledger says, and how much a run without a loss proves.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.pop(0)  # our own folder: its queue.py is not Python's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.engine.test_crashes import (
    MODELS_BY_LADDER,
    assert_nothing_lost_or_twice,
    environment_of,
    ground,
    run,
    unmatched,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=3000)
    parser.add_argument("--jobs", type=int, default=0, help="takes of each provider; a third of a kill each by default")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    each = wanted.jobs or max(10, wanted.kills // (3 * len(MODELS_BY_LADDER)))
    with tempfile.TemporaryDirectory(prefix="dailies-kills-") as folder:
        fresh = Path(folder) / "fresh"
        fresh.mkdir()
        environment = environment_of(fresh, "http://127.0.0.1:9")
        for command in (("migrate", "--no-input", "--verbosity", "0"), ("seed_demo",)):
            run(environment, "manage.py", *command)
        models = dict.fromkeys(MODELS_BY_LADDER.values(), each)
        after = ground(
            fresh, Path(folder) / "state", models=models, kills=wanted.kills, seed=wanted.seed, words={"lost": 0.05}
        )
    tell(after, wanted.kills)
    assert_nothing_lost_or_twice(after)
    print("nothing lost, nothing paid twice")
    print(f"that bounds the rate of losses at {3 / wanted.kills:.2%} of kills, with 95 % confidence (rule of three)")


def tell(after: Mapping[str, Any], kills: int) -> None:
    rows = after["generations"]
    print(f"{kills} kills in {after['seconds']} s, {len(rows)} takes ordered, {len(after['ledger'])} charged")
    states = Counter((row["provider"], row["state"]) for row in rows)
    for (provider, state), count in sorted(states.items()):
        print(f"  {provider:<14} {state:<10} {count:6}")
    print(f"charges that only a person can place (shown as unknown): {len(unmatched(after))}")


if __name__ == "__main__":
    main()
