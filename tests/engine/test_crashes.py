"""Death at each named point, and at random moments, with every kind of provider: nothing lost, nothing paid twice."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from studio.paths import CODE
from tests.sandbox_server import Sandbox, running_sandbox

KEPT = ("HOME", "LANG", "PATH", "USER")
FINAL = {"succeeded", "refused", "failed", "unknown", "lost", "cancelled"}
POINTS = (
    "prompting.between_rows",
    "generating.before_enqueue",
    "generating.before_call",
    "generating.after_accept",
    "generating.after_remote_id",
    "polling.mid_answer",
    "ingesting.mid_download",
    "ingesting.before_verify",
    "ingesting.before_rename",
    "ingesting.after_rename",
)
JUDGING_POINTS = (
    "checking.mid_check",
    "checking.mid_second_look",
    "checking.before_result",
    "deciding.before_commit",
    "deciding.after_commit",
    "publishing.after_copy",
    "publishing.before_live",
    "publishing.after_live",
    "publishing.before_deny",
    "publishing.after_delete",
)
RECHECKING_POINTS = ("rechecking.between_takes",)
ALWAYS = ("generating.after_accept", "ingesting.after_rename", "checking.mid_check", "publishing.after_copy")
"""One of each kind; .ci/run dies at the others too."""
EXPECTED = {
    "generating.before_enqueue": {"succeeded": 1},  # the person's request died between the first order and the second
    "generating.before_call": {"succeeded": 1, "unknown": 1},  # nobody can tell that the call was never made
}
MODELS_BY_LADDER = {
    "lists": "sandbox-1",
    "keeps our name": "kling-v1",
    "does neither": "gen4.5",
    "neither, in another way": "gemini-omni-1.2-flash",
}
"""A model of each kind of provider: one that lists, one that keeps our name, those that do neither."""
KILLS = int(os.environ.get("DAILIES_KILLS", "0"))


def test_every_point_of_the_code_has_a_case() -> None:
    named = set()
    for path in (*(CODE / "studio").rglob("*.py"), *(CODE / "reviews").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "crashpoint":
                named.add(node.args[0].value)
    assert named == {*POINTS, *JUDGING_POINTS, *RECHECKING_POINTS}


def cases(points: tuple[str, ...]) -> list[object]:
    return [point if point in ALWAYS else pytest.param(point, marks=pytest.mark.slow) for point in points]


def environment_of(state: Path, sandbox: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DAILIES_DEMO": "1",
        "DAILIES_STATE": str(state),
        "DAILIES_SANDBOX_URL": sandbox,
        "DAILIES_EGRESS_HOSTS": sandbox.removeprefix("http://"),
        "DAILIES_POLL_SECONDS": "0.1",
        "DAILIES_UNDO_SECONDS": "0",
        "PUBLIC_URL": sandbox,  # somebody who answers callbacks, with a 404
        "BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
    }


def run(environment: Mapping[str, str], *words: str) -> str:
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=CODE, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


@dataclass(frozen=True, slots=True)
class Ground:
    """A state folder, the grinder that works in it, and the sandbox that all cases order from."""

    state: Path
    fresh: Path
    """A migrated and seeded state folder, copied for each case."""
    grinder: "subprocess.Popen[str]"
    sandbox: Sandbox

    def after(self, **wanted: object) -> dict[str, Any]:
        """What the rows and the ledger say after one case."""
        self.state.rename(self.state.with_name(f"ended-{uuid4()}"))
        shutil.copytree(self.fresh, self.state)
        earlier = {job["id"] for job in self.sandbox.ledger()}
        self.grinder.stdin.write(json.dumps(wanted) + "\n")
        self.grinder.stdin.flush()
        said = json.loads(self.grinder.stdout.readline())
        assert said is not None, "the case fell over"
        return said | {"ledger": [job for job in self.sandbox.ledger() if job["id"] not in earlier]}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One grinder and one sandbox for all cases: to start them takes longer than most cases do."""
    folder = tmp_path_factory.mktemp("ground")
    (folder / "fresh").mkdir()
    with running_sandbox(folder / "sandbox", "--draft") as sandbox:
        run(environment_of(folder / "fresh", sandbox.url), "manage.py", "migrate", "--no-input", "--verbosity", "0")
        run(environment_of(folder / "fresh", sandbox.url), "manage.py", "seed_demo")
        (folder / "state").mkdir()
        command = [sys.executable, "-m", "tests.engine.grinder"]
        environment = environment_of(folder / "state", sandbox.url)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=CODE, env=environment, **pipes) as grinder:
            yield Ground(folder / "state", folder / "fresh", grinder, sandbox)


def unmatched(after: Mapping[str, object]) -> list[dict[str, object]]:
    """Jobs of the ledger that no generation names. A job number of ours may hold more than the provider's own."""
    ours = [row["remote_id"] for row in after["generations"] if row["remote_id"]]
    return [job for job in after["ledger"] if not any(job["id"] in number for number in ours)]


def assert_nothing_lost_or_twice(after: Mapping[str, object]) -> None:
    rows = after["generations"]
    assert {row["state"] for row in rows} <= FINAL
    numbers = Counter((row["provider"], row["remote_id"]) for row in rows if row["remote_id"])
    assert set(numbers.values()) <= {1}
    keyed = Counter(job["client_id"] for job in after["ledger"] if job["client_id"])
    assert set(keyed.values()) <= {1}  # no call was made twice under one name
    assert set(keyed) <= {row["client_key"] for row in rows}
    shown = [row for row in rows if row["state"] == "unknown" and not row["remote_id"]]
    assert len(unmatched(after)) <= len(shown)  # every charge is ours, or on the page of a person
    takes = Counter(take["generation_id"] for take in after["takes"])
    assert takes == Counter(int(row["pk"]) for row in rows if row["state"] == "succeeded")
    assert (after["torn"], after["misnamed"], after["chain"]) == ([], [], "")


@pytest.mark.parametrize("point", cases(POINTS))
def test_death_at_this_point_loses_nothing_and_pays_nothing_twice(ground, point) -> None:
    after = ground.after(models={"sandbox-1": 2}, crash_at=point, subject=point)
    assert after["ended"] == -9, f"{point} was not passed"
    assert_nothing_lost_or_twice(after)
    done = Counter(row["state"] for row in after["generations"])
    assert done == EXPECTED.get(point, {"succeeded": 2})


@pytest.mark.parametrize("point", cases(JUDGING_POINTS))
def test_death_while_judging_loses_and_doubles_no_decision_and_leaves_nothing_public(ground, point) -> None:
    """One take is checked, approved, published and withdrawn, whatever dies on the way."""
    after = ground.after(models={"sandbox-1": 1}, crash_at=point, judged=True, subject=point)
    assert after["ended"] == -9, f"{point} was not passed"
    assert_nothing_lost_or_twice(after)
    assert after["statuses"] == ["withdrawn"]
    assert set(Counter(map(tuple, after["decisions"])).values()) == {1}
    assert [outcome for _, outcome in after["decisions"]].count("approve") == 1
    assert after["public"] == []
    assert not [status for _, _, status in after["runs"] if status == "pending"]


@pytest.mark.slow
@pytest.mark.parametrize("point", RECHECKING_POINTS)
def test_death_in_a_recheck_leaves_no_take_out_and_checks_none_twice(ground, point) -> None:
    """Three takes that were looked at once are looked at again under another version, then judged to their ends."""
    after = ground.after(models={"sandbox-1": 3}, crash_at=point, judged=True, rechecked=True, subject=point)
    assert after["ended"] == -9, f"{point} was not passed"
    assert_nothing_lost_or_twice(after)
    assert after["statuses"] == ["withdrawn"] * 3
    assert after["rechecks"] == [{"finished": True, "items": 3, "done": 3, "left_out": 0}]
    again = Counter(take for take, check, status in after["runs"] if check == "frozen_frames")
    assert set(again.values()) == {2}
    assert not [status for _, _, status in after["runs"] if status == "pending"]


@pytest.mark.skipif(not KILLS, reason="takes minutes; DAILIES_KILLS says how many kills")
def test_death_at_random_moments_loses_nothing_and_pays_nothing_twice(ground) -> None:
    """With 5 % of the answers lost, and with all ladders: those that can know must know."""
    each = max(10, KILLS // (4 * len(MODELS_BY_LADDER)))
    models = dict.fromkeys(MODELS_BY_LADDER.values(), each)
    after = ground.after(models=models, kills=KILLS, words={"lost": 0.05, "429": 0.05})
    states = Counter((row["provider"], row["state"]) for row in after["generations"])
    print(f"{after['kills']} kills in {after['seconds']} s; {len(after['ledger'])} charges; {dict(states)}")
    assert after["kills"] == KILLS
    assert len(after["generations"]) == each * len(models)
    assert_nothing_lost_or_twice(after)
    for job in unmatched(after):
        assert job["protocol"] in ("runway", "google"), job  # whoever can be asked was asked
