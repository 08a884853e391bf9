from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_projects(apps, schema_editor):
    reviews = apps.get_model("reviews", "Review").objects
    candidates = apps.get_model("studio", "Candidate").objects
    project = candidates.filter(pk=OuterRef("candidate")).values("prompt__project")[:1]
    reviews.filter(project=None).update(project=Subquery(project))
    reviews.filter(claimed_by__isnull=False).update(was_held=True)


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_reviews_name_their_project_and_history")]
    operations = [migrations.RunPython(name_projects, migrations.RunPython.noop)]
