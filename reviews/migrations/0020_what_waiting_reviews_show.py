from functools import reduce
from operator import or_

from django.db import migrations

BITS = {"nudity": 1, "blocklist": 8, "examiner": 16, "flashing": 32}
BITS_OF_LABEL = {"violence": 2, "graphic_violence": 2, "self_harm": 4}
VEILS = {
    "nudity": ("info", "minor", "major", "blocking"),
    "blocklist": ("blocking",),
    "examiner": ("blocking",),
    "flashing": ("minor", "major", "blocking"),
}


def tell(apps, schema_editor):
    """Of reviews that are not settled: the others are handed out no more."""
    reviews, findings = (apps.get_model("reviews", name).objects for name in ("Review", "Finding"))
    found = {}
    rows = findings.filter(check_key__in=BITS, candidate__reviews__settled_at=None, suppressed_by="")
    for candidate, check, label, severity in rows.values_list("candidate", "check_key", "label", "severity").distinct():
        if severity in VEILS[check]:
            bit = BITS_OF_LABEL.get(label, BITS[check]) if check == "examiner" else BITS[check]
            found.setdefault(candidate, set()).add(bit)
    for candidate, bits in found.items():
        reviews.filter(candidate=candidate, settled_at=None).update(shows=reduce(or_, bits))


class Migration(migrations.Migration):
    dependencies = [("reviews", "0019_reviews_know_what_they_show")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
