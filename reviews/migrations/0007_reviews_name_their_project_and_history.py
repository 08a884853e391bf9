import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0006_versions_keep_their_simulation"),
        ("studio", "0009_jobs_forgotten_at_providers"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="project",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="studio.project"
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="was_held",
            field=models.BooleanField(
                default=False,
                help_text="Somebody claimed it before: once it is free again it is ahead of others of its rank.",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="missed_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was noticed that it is overdue; once.", null=True
            ),
        ),
    ]
