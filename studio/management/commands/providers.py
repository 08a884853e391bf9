"""`manage.py providers`: the catalogue, how each provider is set up here, and whether it answers."""

import json
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from typing import Any

from django.core.management.base import BaseCommand

from providers.base import Health, ModelTerms
from studio.providing import Standing, health_of, standings


@dataclass(frozen=True, slots=True)
class Line:
    """A provider with what is printed of it; never a key."""

    standing: Standing
    health: Health | None


class Command(BaseCommand):
    help = "Print every provider and model of the catalogue, with the state of each here; never a key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--health", action="store_true", help="ask each configured provider whether it answers")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *_: Any, **options: Any) -> None:
        lines = [Line(one, health_of(one) if options["health"] else None) for one in standings()]
        if options["format"] == "json":
            self.stdout.write(json.dumps({"providers": [_document(line) for line in lines]}, indent=2))
            return
        for line in lines:
            self._print(line)

    def _print(self, line: Line) -> None:
        standing = line.standing
        self.stdout.write(f"{standing.info.label} ({standing.slug}): {standing.state}")
        for said in (standing.address, standing.why_not, standing.trouble, line.health and line.health.sentence):
            if said:
                self.stdout.write(f"  {said}")
        for terms in standing.models:
            self.stdout.write(f"    {terms.key}: {'; '.join(_words(terms))}")


def _words(terms: ModelTerms) -> list[str]:
    rules = [f"${rule.price_per_second.normalize():f} {_condition(asdict(rule))}" for rule in terms.prices]
    prices = [f"${terms.price_per_second.normalize():f} a second", *rules]
    words = [
        ", ".join(operation.replace("_", " ") for operation in sorted(terms.operations)),
        f"sizes {', '.join(terms.sizes) if terms.sizes else f'any to {terms.longest_side}'}",
        f"seconds {', '.join(map(str, terms.seconds)) if terms.seconds else _span(terms)}",
        ", ".join(prices),
        f"{terms.concurrency} at once" if terms.concurrency else "",
        f"retires on {terms.retires_on}" if terms.retires_on else "",
        f"{terms.source}, checked {terms.checked_on}",
    ]
    return [word for word in words if word]


def _span(terms: ModelTerms) -> str:
    return f"{terms.min_seconds} to {terms.max_seconds}"


def _condition(rule: dict[str, Any]) -> str:
    sound = {True: "with sound", False: "silent"}.get(rule["audio"], "")
    return " ".join(filter(None, ("at" if rule["resolution"] else "", rule["resolution"], sound, rule["operation"])))


def _document(line: Line) -> dict[str, Any]:
    standing = line.standing
    document: dict[str, Any] = {
        "provider": standing.slug,
        "label": standing.info.label,
        "state": standing.state,
        "why_not": standing.why_not,
        "base_url": standing.address,
        "in_flight": standing.in_flight,
        "trouble": standing.trouble,
        "models": [_model(terms) for terms in standing.models],
    }
    if line.health:
        document["health"] = {
            "is_well": line.health.is_well,
            "sentence": line.health.sentence,
            "facts": dict(line.health.facts),
        }
    return document


def _model(terms: ModelTerms) -> dict[str, Any]:
    return {
        "key": terms.key,
        "label": terms.label,
        "modes": sorted(terms.operations),
        "sizes": terms.sizes,
        "seconds": terms.seconds or [terms.min_seconds, terms.max_seconds],
        "any_length_between": terms.seconds is None,
        "price_per_second": str(terms.price_per_second),
        "prices": [
            {name: str(value) for name, value in asdict(rule).items() if value is not None} for rule in terms.prices
        ],
        "concurrency": terms.concurrency,
        "retires_on": terms.retires_on and terms.retires_on.isoformat(),
        "source": terms.source,
        "checked_on": terms.checked_on.isoformat(),
    }
