import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, OrderBy, Q


class Migration(migrations.Migration):
    dependencies = [("reviews", "0008_reviews_of_before_name_their_project")]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="project",
            field=models.ForeignKey(
                help_text="Of its take: copied, for it never changes.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviews",
                to="studio.project",
            ),
        ),
        migrations.RemoveIndex(model_name="review", name="review_queue_order"),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                F("queue"),
                OrderBy(F("comes_first"), descending=True),
                OrderBy(F("severity_rank"), descending=True),
                OrderBy(F("was_held"), descending=True),
                F("due_at"),
                F("id"),
                condition=Q(closed_at=None),
                name="review_handed_out",
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
                condition=Q(closed_at=None),
                name="review_handed_out_by_project",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["due_at"], condition=Q(closed_at=None), name="review_due"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["claimed_by", "queue"],
                condition=Q(closed_at=None, claimed_by__isnull=False),
                name="review_held_by",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["queue", "due_at"], condition=Q(closed_at=None), name="review_queue_due"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["queue", "id"], condition=Q(closed_at=None), name="review_queue_age"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["due_at"], condition=Q(closed_at=None, missed_at=None), name="review_to_notice_overdue"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                fields=["claim_expires_at"],
                condition=Q(closed_at=None, claim_expires_at__isnull=False),
                name="review_held",
            ),
        ),
    ]
