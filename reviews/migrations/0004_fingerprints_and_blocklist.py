import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_findings_say_more"),
        ("studio", "0009_jobs_forgotten_at_providers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BlockEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hashes", models.BinaryField(help_text="PDQ of the pictures that tell something, 32 bytes each.")),
                ("reason", models.TextField(max_length=400)),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_because", models.TextField(blank=True, max_length=400)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="block_entries",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        blank=True,
                        help_text="The withdrawn release it was taken from.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="block_entries",
                        to="reviews.publication",
                    ),
                ),
                (
                    "removed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="block_entries_removed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="block_entries", to="studio.candidate"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "block entries",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="BlockMatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.SlugField(help_text="listed or resembles.")),
                ("bits", models.PositiveSmallIntegerField(help_text="Differing bits of the nearest picture, of 256.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "candidate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="block_matches", to="studio.candidate"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="matches", to="reviews.blockentry"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Fingerprint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveSmallIntegerField(help_text="Of how it was taken.")),
                ("frames", models.BinaryField(help_text="Numbers of the sampled frames, 32 bit little-endian.")),
                ("seconds", models.BinaryField(help_text="Their times, 64 bit little-endian floats.")),
                ("hashes", models.BinaryField(help_text="PDQ, 32 bytes each.")),
                ("qualities", models.BinaryField(help_text="0 to 100, a byte each.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fingerprints", to="studio.blob"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="blockentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)), fields=("source",), name="one_block_entry_per_take"
            ),
        ),
        migrations.AddConstraint(
            model_name="blockentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="block_entry_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="blockentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), ("removed_because", ""), ("removed_by", None)),
                    models.Q(
                        ("removed_at__isnull", False),
                        ("removed_by__isnull", False),
                        models.Q(("removed_because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="removed_block_entry_says_by_whom_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="blockmatch",
            constraint=models.UniqueConstraint(fields=("entry", "candidate"), name="one_match_per_entry_and_take"),
        ),
        migrations.AddConstraint(
            model_name="fingerprint",
            constraint=models.UniqueConstraint(fields=("blob", "version"), name="one_fingerprint_per_file_and_version"),
        ),
    ]
