from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0002_events_are_append_only")]

    operations = [
        migrations.AddField(
            model_name="blob",
            name="derived",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="SHA-256 of each file made of it: what is published is held to these.",
            ),
        ),
    ]
