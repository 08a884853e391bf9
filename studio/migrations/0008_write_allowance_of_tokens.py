"""How many writes a token has left, and since when."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0007_callback_tokens_by_themselves")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="writes_left",
            field=models.FloatField(default=0.0, help_text="Of the allowance a minute, at the time beside it."),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="writes_counted_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
    ]
