from django.db import migrations, models


def one_box_to_many(apps, schema_editor):
    for finding in apps.get_model("reviews", "Finding").objects.exclude(box=None).iterator():
        finding.boxes = [finding.box]
        finding.save(update_fields=["boxes"])


def many_boxes_to_one(apps, schema_editor):
    for finding in apps.get_model("reviews", "Finding").objects.exclude(boxes=[]).iterator():
        finding.box = finding.boxes[0]
        finding.save(update_fields=["box"])


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0002_seed_reasons"),
    ]

    operations = [
        migrations.AddField(
            model_name="checkrun",
            name="details",
            field=models.JSONField(blank=True, default=dict, help_text="Facts the instrument thought worth keeping."),
        ),
        migrations.AddField(
            model_name="checkrun",
            name="measured",
            field=models.FloatField(
                blank=True,
                help_text="The clip's most fault-like score on the scale of the instrument's dial.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="checkrun",
            name="unable",
            field=models.BooleanField(
                default=False,
                help_text="Skipped because something it needs is missing here, not for want of anything to measure.",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="boxes",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="[[x, y, width, height], …] in 0-1 of the picture as a player shows it.",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="evidence",
            field=models.JSONField(blank=True, default=dict, help_text="Stills, curve and heat map shown beside it."),
        ),
        migrations.AddField(
            model_name="finding",
            name="peak_frame",
            field=models.PositiveIntegerField(blank=True, help_text="Where it is worst.", null=True),
        ),
        migrations.AddField(
            model_name="finding",
            name="suppressed_by",
            field=models.SlugField(blank=True, help_text="The check that explains it already; kept for the record."),
        ),
        migrations.RunPython(one_box_to_many, many_boxes_to_one),
        migrations.RemoveField(
            model_name="finding",
            name="box",
        ),
    ]
