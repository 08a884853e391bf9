from django.db import migrations, models


def mark(apps, schema_editor):
    apps.get_model("reviews", "Reason").objects.filter(slug="minors").update(for_moderators=True)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0021_exposures")]

    operations = [
        migrations.AddField(
            model_name="reason",
            name="for_moderators",
            field=models.BooleanField(
                default=False, help_text="Others escalate what shows it; only a moderator refuses for it."
            ),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
