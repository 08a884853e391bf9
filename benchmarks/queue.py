"""What queues cost as they grow: `python benchmarks/queue.py [--sizes 1000 10000 100000 1000000] [--database URL …]`.

Fills a database of its own with so many open reviews (SQLite in a temporary file; PostgreSQL when `--database`,
DATABASE_URL or CI_DATABASE_URL names a server: a database is made there and dropped), and prints for claiming and for
each page the median and p95 in ms, their ratio to the smallest size, and the queries. Then 8 processes race for 2,000
reviews, and the rows of the trail say whether any was claimed twice. Needs no network and leaves nothing behind.
"""

# ruff: noqa: S608 — its statements hold nothing that came from outside
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

CODE = Path(__file__).resolve().parents[1]
sys.path[0] = str(CODE)  # the folder of this file would give everybody this `queue` for Python's own
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PROJECTS, RACERS, RACE = 10, 8, 2_000
FAR_BACK = 20


@contextmanager
def database(url: str) -> Iterator[str]:
    """A database that is ours alone, on that server or in a temporary file."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="dailies-queue-") as folder:
            yield f"sqlite:///{folder}/queue.sqlite3"
        return
    import psycopg

    name = f"dailies_queue_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def set_up(url: str, state: Path) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "studio.settings",
        "DAILIES_STATE": str(state),
        "DATABASE_URL": url,
        "BROKER_URL": "memory://",
        "LOG_LEVEL": "ERROR",
    }
    import django

    django.setup()


# The rows. One of each kind is made as the product makes it, and copied by the database itself.


def copies(model: Any, template: Any, first: int, many: int, **columns: str) -> None:
    """`many` copies of `template` with keys from `first` on; `columns` are SQL expressions of the count `n`."""
    from django.db import connection

    fields = {each.column: f"t.{each.column}" for each in model._meta.concrete_fields}
    fields |= {"id": f"{first} + n"} | columns
    series = (
        f"generate_series(0, {many - 1}) AS s(n)"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {many - 1}) SELECT n FROM s) s"
    )
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(fields)}) SELECT {', '.join(fields.values())} "
            f"FROM {table} AS t CROSS JOIN {series} WHERE t.id = {template.pk}"
        )


def sql(sqlite: str, postgresql: str) -> str:
    from django.db import connection

    return postgresql if connection.vendor == "postgresql" else sqlite


@dataclass
class House:
    """Ten projects; `worker` works in three of them, `stranger` in one whose few reviews stand at the very back."""

    worker: Any = None
    stranger: Any = None
    racers: list[Any] = field(default_factory=list)
    templates: dict[str, Any] = field(default_factory=dict)
    next_key: int = 1_000

    def build(self) -> None:
        from django.core.management import call_command

        from reviews.actions.policies import active_policy
        from reviews.models import NamedQueue
        from studio.models import Membership, Project, User
        from studio.rules.roles import Role

        call_command("migrate", "--no-input", "--verbosity", "0")
        call_command("collectstatic", "--no-input", "--verbosity", "0")
        projects = [Project.objects.create(slug=f"p{n}", name=f"Project {n}") for n in range(PROJECTS)]
        far, race = Project.objects.create(slug="far", name="Far"), Project.objects.create(slug="race", name="Race")
        self.worker, self.stranger, author = (
            User.objects.create(username=name) for name in ("worker", "stranger", "author")
        )
        self.racers = [User.objects.create(username=f"racer{n}") for n in range(RACERS)]
        posts = [(self.worker, each) for each in projects[:3]]
        posts += [(self.stranger, far), *((racer, race) for racer in self.racers)]
        Membership.objects.bulk_create(
            Membership(user=user, project=project, role=role)
            for user, project in posts
            for role in (Role.REVIEWER, Role.MODERATOR)
        )
        for project in (*projects, far, race):
            active_policy(project)
        self.templates = {"named": NamedQueue.objects.create(name="Freezes", slug="freezes")}
        self.template_rows(projects[0], author)
        self.put(FAR_BACK, project=far.pk, severity="0", queue="'flagged'", comes_first="FALSE")

    def template_rows(self, project: Any, author: Any) -> None:
        from django.utils import timezone

        from reviews.models import Review, ReviewReason
        from studio.models import Blob, Candidate, Prompt
        from studio.rules.lifecycle import Status

        sha256 = "f" * 64
        prompts = [
            Prompt.objects.create(project_id=project_id, author=author, title="A lighthouse", text="A lighthouse")
            for project_id in type(project).objects.order_by("pk").values_list("pk", flat=True)
        ]
        blob = Blob.objects.create(sha256=sha256, size=1, media_type="video/mp4")
        facts = {"width": 960, "height": 540, "fps": "24", "frames": 96, "duration_seconds": 4.0, "audio_codec": None}
        facts |= {"sample_aspect": "1", "rotation": 0}
        take = Candidate.objects.create(
            prompt=prompts[0],
            blob=blob,
            sha256=sha256,
            status=Status.IN_REVIEW,
            source="upload",
            name="take",
            facts=facts,
            made_by=author,
        )
        take.makers.add(author)
        review = Review.objects.create(
            candidate=take, project=project, queue="flagged", due_at=timezone.now(), closed_at=timezone.now()
        )
        reason = ReviewReason.objects.create(review=review, code="blur", sentence="It is soft.")
        made = Candidate.makers.through.objects.get(candidate=take)
        self.templates |= {"take": take, "review": review, "reason": reason, "made": made}

    def put(
        self,
        many: int,
        *,
        project: int | None = None,
        severity: str = "n % 4 + 1",
        queue: str = "CASE WHEN n % 10 < 7 THEN 'flagged' WHEN n % 10 < 9 THEN 'editor' ELSE 'escalations' END",
        comes_first: str = "n % 100 = 7",
    ) -> None:
        """So many takes with an open review each, the reasons and the makers; a third of them overdue."""
        first, self.next_key = self.next_key, self.next_key + many
        at = str(project) if project else f"{self.templates['review'].project_id} + (n / 100) % {PROJECTS}"
        key = f"{first} + n"
        place = {t: self.templates[t] for t in self.templates}
        copies(
            type(place["take"]),
            place["take"],
            first,
            many,
            uuid=sql(f"printf('%032x', {key})", f"lpad(to_hex({key}), 32, '0')::uuid"),
            sha256=sql(f"printf('%064d', {key})", f"lpad(({key})::text, 64, '0')"),
            prompt_id=f"(SELECT MIN(id) FROM studio_prompt WHERE project_id = {at})",
            name=f"'take ' || ({key})",
        )
        spread = "(n * 1999) % 43200 - 14400"
        seconds = f"CASE WHEN {spread} < 0 THEN {spread} ELSE {spread} + 1200 END"  # none falls due while this runs
        copies(
            type(place["review"]),
            place["review"],
            first,
            many,
            candidate_id=key,
            project_id=at,
            queue=queue,
            severity_rank=severity,
            comes_first=comes_first,
            named_queue_id=f"CASE WHEN n % 5 = 0 AND {queue} = 'flagged' THEN {place['named'].pk} END",
            due_at=sql(
                f"strftime('%Y-%m-%d %H:%M:%f000', 'now', (({seconds})) || ' seconds')",
                f"now() + ({seconds}) * interval '1 second'",
            ),
            missed_at=f"CASE WHEN {spread} < 0 THEN t.due_at END",
            closed_at="NULL",
        )
        copies(type(place["reason"]), place["reason"], first, many, review_id=key)
        copies(type(place["made"]), place["made"], first, many, candidate_id=key)
        self.settle()

    def settle(self) -> None:
        """Keys go on after these, and statistics are gathered: by autovacuum in PostgreSQL, hourly by us in SQLite."""
        from django.db import connection

        from studio.statistics import refresh_statistics

        refresh_statistics()
        if connection.vendor != "postgresql":
            return
        with connection.cursor() as cursor:
            for name in ("take", "review", "reason", "made"):
                table = self.templates[name]._meta.db_table
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {self.next_key})")
            cursor.execute("VACUUM ANALYZE")


# What is timed.


@dataclass
class Timed:
    milliseconds: list[float] = field(default_factory=list)
    queries: set[int] = field(default_factory=set)

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def best(self) -> float:
        """What it costs when nothing else runs on the machine in this moment."""
        return min(self.milliseconds)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[int(0.95 * (len(self.milliseconds) - 1))]


def timed(act: Callable[[], Any], rounds: int, after: Callable[[Any], object] = id) -> Timed:
    """`act`, `rounds` times after one that does not count; `after` tidies up and is not timed."""
    from django.db import connection

    told = Timed()
    for number in range(rounds + 1):
        asked: list[str] = []

        def note(execute: Any, statement: str, *more: Any, asked: list[str] = asked) -> Any:
            asked.append(statement)
            return execute(statement, *more)

        with connection.execute_wrapper(note):
            begun = time.perf_counter()
            result = act()
            spent = time.perf_counter() - begun
        after(result)
        if number:
            told.milliseconds.append(1000 * spent)
            told.queries.add(len(asked))
    return told


def measure(house: House, rounds: int) -> Mapping[str, Timed]:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from reviews.actions.queueing import claim_next
    from reviews.models import Review
    from reviews.rules.queues import Queue
    from reviews.tasks import notice_missed_due_dates

    settings.ALLOWED_HOSTS = ["*"]

    def decided(review: Any) -> None:
        if review:
            at = timezone.now()
            closed = {"closed_at": at, "settled_at": at, "claimed_by": None, "claim_expires_at": None}
            Review.objects.filter(pk=review.pk).update(**closed)

    def given_back(review: Any) -> None:
        if review:
            Review.objects.filter(pk=review.pk).update(claimed_by=None, claim_expires_at=None, was_held=False)

    def page(user: Any, address: str) -> Callable[[], None]:
        client = Client()
        client.force_login(user)

        def get() -> None:
            answer = client.get(address, secure=True)
            assert answer.status_code == 200, (address, answer.status_code)

        return get

    worker, named = house.worker, house.templates["named"]
    mine = Review.objects.in_queue(Queue.FLAGGED).visible_to(worker)[:1].get()
    told = {
        "claim": timed(lambda: claim_next(Queue.FLAGGED, by=worker), rounds, decided),
        "claim in a named queue": timed(lambda: claim_next(Queue.FLAGGED, by=worker, named=named), rounds, decided),
        "claim from the very back": timed(lambda: claim_next(Queue.FLAGGED, by=house.stranger), rounds, given_back),
        "notice what is overdue": timed(notice_missed_due_dates, 5),
    }
    pages = {
        "list of queues": "/queues/",
        "queue page": "/queues/flagged/",
        "queue page, 50 further on": f"/queues/flagged/?after={mine.pk}",
        "queue page as a grid": "/queues/flagged/?view=grid",
        "named queue page": "/queues/freezes/",
        "filtered by reason": "/queues/flagged/?check=hands",
        "search, nothing found": "/queues/flagged/?q=nothing",
        "my queue": "/queues/mine/",
        "dashboard": "/",
        "screening room": f"/reviews/{mine.pk}/",
    }
    return told | {name: timed(page(worker, address), rounds) for name, address in pages.items()}


def report(results: Mapping[int, Mapping[str, Timed]]) -> bool:
    """Prints the table; whether every number of queries was the same at every size."""
    base = results[min(results)]
    constant = True
    print(f"{'':28}{'reviews':>10}{'best ms':>9}{'ratio':>8}{'median':>9}{'ratio':>8}{'p95':>9}{'queries':>9}")
    for name in base:
        asked = set().union(*(told[name].queries for told in results.values()))
        constant &= len(asked) == 1
        for size, told in results.items():
            each = told[name]
            best, median = each.best / base[name].best, each.median / base[name].median
            queries = "/".join(map(str, sorted(each.queries)))
            times = f"{each.best:>9.1f}{best:>8.2f}{each.median:>9.1f}{median:>8.2f}{each.p95:>9.1f}"
            print(f"{name:28}{size:>10,}{times}{queries:>9}", flush=True)
    print(f"queries the same at every size: {'yes' if constant else 'NO'}")
    return constant


def race(house: House) -> bool:
    """Eight processes claim until nothing is left; the trail must name each review once, and all of them."""
    from studio.models import Event, Project

    first = house.next_key
    house.put(RACE, project=Project.objects.get(slug="race").pk, queue="'flagged'", comes_first="TRUE")
    begun = time.perf_counter()
    running = [
        subprocess.Popen([sys.executable, __file__, "--racer", racer.username], stdout=subprocess.PIPE, text=True)
        for racer in house.racers
    ]
    told = [json.loads(process.communicate()[0]) for process in running]
    claimed, turned_away = [each["keys"] for each in told], sum(each["turned_away"] for each in told)
    spent = time.perf_counter() - begun
    subjects = [f"review:{key}" for key in range(first, first + RACE)]
    rows = list(Event.objects.filter(verb="claimed", subject__in=subjects).values_list("subject", flat=True))
    fair = len(rows) == len(set(rows)) == RACE == sum(map(len, claimed))
    shares = "/".join(str(len(keys)) for keys in claimed)
    print(f"race: {RACERS} processes claimed {len(set(rows)):,} of {RACE:,} reviews in {spent:.1f} s, {shares} each;")
    print(f"      claimed twice: {len(rows) - len(set(rows))}; waited in vain for the lock: {turned_away};")
    print("      " + ("fair" if fair else "NOT ALL AS IT SHOULD BE"))
    return fair


def run_racer(name: str) -> None:
    """Claims and closes until nothing is left; prints the keys."""
    import django

    django.setup()
    from django.db import OperationalError
    from django.utils import timezone

    from reviews.actions.queueing import claim_next
    from reviews.models import Review
    from reviews.rules.queues import Queue
    from studio.models import User

    me, keys, turned_away = User.objects.get(username=name), [], 0
    while True:
        try:
            if not (review := claim_next(Queue.FLAGGED, by=me)):
                break
            at = timezone.now()
            closed = {"closed_at": at, "settled_at": at, "claimed_by": None, "claim_expires_at": None}
            Review.objects.filter(pk=review.pk).update(**closed)
            keys.append(review.pk)
        except OperationalError:  # SQLite has one writer, and lets who waits too long wait in vain
            turned_away += 1
    print(json.dumps({"keys": keys, "turned_away": turned_away}))


def run(url: str, sizes: list[int], rounds: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="dailies-state-") as state, database(url) as ours:
        set_up(ours, Path(state))
        from django.db import connection

        print(f"\n{connection.vendor}", flush=True)
        house, results, there = House(), {}, 0
        house.build()
        for size in sorted(sizes):
            begun = time.perf_counter()
            house.put(size - there)
            there = size
            print(f"{size:,} open reviews after {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
            results[size] = measure(house, rounds)
        good = report(results) & race(house)
        connection.close()
        return good


def databases() -> list[str]:
    """SQLite always, PostgreSQL where the environment names a server."""
    named = (os.environ.get(name, "") for name in ("DATABASE_URL", "CI_DATABASE_URL"))
    return ["sqlite://", *[url for url in named if url.startswith("postgres")][:1]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database", nargs="*", default=[], help="postgres://… or sqlite:// (a temporary file)")
    parser.add_argument("--racer", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.racer:
        run_racer(chosen.racer)
        return 0
    urls = chosen.database or databases()
    if len(urls) == 1:
        return 0 if run(urls[0], chosen.sizes, chosen.rounds) else 1
    sizes = [str(size) for size in chosen.sizes]
    again = [sys.executable, __file__, "--rounds", str(chosen.rounds), "--sizes", *sizes, "--database"]
    return max(subprocess.call([*again, url]) for url in urls)  # Django is set up once a process


if __name__ == "__main__":
    sys.exit(main())
