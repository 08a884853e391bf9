from django.db import migrations, models
from django.db.models import F, OrderBy


class Migration(migrations.Migration):
    dependencies = [("reviews", "0018_golden_clips")]

    operations = [
        migrations.AddField(
            model_name="review",
            name="shows",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="What it may contain that is hard to look at, as bits of `rules/veil.py`; empty: it is ordinary.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                F("project"),
                F("queue"),
                OrderBy(F("comes_first"), descending=True),
                OrderBy(F("severity_rank"), descending=True),
                OrderBy(F("was_held"), descending=True),
                F("due_at"),
                F("id"),
                condition=models.Q(("closed_at", None), ("shows__isnull", True)),
                name="review_out_ordinary",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                F("project"),
                F("queue"),
                OrderBy(F("comes_first"), descending=True),
                OrderBy(F("severity_rank"), descending=True),
                OrderBy(F("was_held"), descending=True),
                F("due_at"),
                F("id"),
                condition=models.Q(("closed_at", None), ("shows__isnull", False)),
                name="review_out_harmful",
            ),
        ),
    ]
