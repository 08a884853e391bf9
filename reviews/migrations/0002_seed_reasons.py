import tomllib
from pathlib import Path

from django.db import migrations

REASONS = Path(__file__).resolve().parent.parent / "data" / "reasons.toml"


def seed(apps, schema_editor):
    Reason = apps.get_model("reviews", "Reason")
    for position, row in enumerate(tomllib.loads(REASONS.read_text(encoding="utf-8"))["reasons"]):
        Reason.objects.update_or_create(
            slug=row["slug"],
            defaults={
                "group": row["group"],
                "label": row["label"],
                "severity": row["severity"],
                "range_rule": row["range"],
                "needs_note": row.get("needs_note", False),
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_rows_of_judging")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
