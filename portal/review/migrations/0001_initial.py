import django.db.models.deletion
import portal.common.ids
from django.conf import settings
from django.db import migrations, models


KEYS = (
    "partner_network",
    "sandbox_account",
    "development",
    "sandbox_test",
    "tile",
    "submission",
    "publication",
)


def create_steps(apps, schema_editor):
    """The seven steps exist from the start."""
    step = apps.get_model("review", "Step")
    for position, key in enumerate(KEYS, start=1):
        step.objects.using(schema_editor.connection.alias).get_or_create(
            key=key, defaults={"position": position}
        )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Step',
            fields=[
                ('key', models.CharField(choices=[('partner_network', 'Join the partner network'), ('sandbox_account', 'Request a sandbox account'), ('development', 'Develop the integration'), ('sandbox_test', 'Test it in the sandbox account'), ('tile', 'Make the tile'), ('submission', 'Submit and hold the demo'), ('publication', 'Publish')], max_length=20, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField(unique=True)),
                ('state', models.CharField(choices=[('not_started', 'not_started'), ('in_progress', 'in_progress'), ('waiting', 'waiting'), ('done', 'done')], default='not_started', max_length=12)),
                ('owner', models.CharField(blank=True, max_length=120)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('evidence', models.TextField(blank=True)),
                ('audience', models.CharField(choices=[('undecided', 'undecided'), ('sandbox_first', 'sandbox_first'), ('everyone', 'everyone')], default='undecided', max_length=15)),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='StepNote',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('author_name', models.CharField(max_length=254)),
                ('text', models.TextField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='review.step')),
            ],
            options={
                'ordering': ['-at'],
            },
        ),
        migrations.RunPython(create_steps, migrations.RunPython.noop),
    ]
