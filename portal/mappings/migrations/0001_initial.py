import django.db.models.deletion
import portal.common.ids
from django.conf import settings
from django.db import migrations, models

from portal.common.migrations_rls import EnableTenancy


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('connections', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Dataset',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.SlugField(help_text='Used in addresses and commands.', max_length=60, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('description', models.TextField(blank=True)),
                ('id_field', models.CharField(blank=True, help_text='The field that identifies a record, if there is one.', max_length=120)),
                ('time_field', models.CharField(blank=True, help_text='The field that says when it happened.', max_length=120)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('data_type', models.CharField(choices=[('metrics', 'metrics'), ('distributions', 'distributions'), ('logs', 'logs'), ('events', 'events'), ('service_checks', 'service checks'), ('traces', 'traces'), ('incidents', 'incidents')], max_length=20)),
                ('document', models.JSONField()),
                ('revision', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='connections.connection')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mappings.dataset')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='MappingRevision',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('saved_at', models.DateTimeField(auto_now_add=True)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='mappings.mapping')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('saved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='DatasetField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('name', models.CharField(max_length=120)),
                ('type', models.CharField(choices=[('string', 'string'), ('integer', 'integer'), ('number', 'number'), ('boolean', 'boolean'), ('timestamp', 'timestamp'), ('object', 'object'), ('list', 'list')], max_length=10)),
                ('required', models.BooleanField(default=False)),
                ('description', models.CharField(blank=True, max_length=200)),
                ('samples', models.JSONField(blank=True, default=list, help_text='Up to ten sample values.')),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fields', to='mappings.dataset')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('dataset', 'name'), name='mappings_one_field_a_name')],
            },
        ),
        migrations.AddConstraint(
            model_name='mapping',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('organisation', 'connection', 'name'), name='mappings_one_name'),
        ),
        migrations.AddConstraint(
            model_name='mappingrevision',
            constraint=models.UniqueConstraint(fields=('organisation', 'mapping', 'number'), name='mappings_one_revision'),
        ),
        EnableTenancy("Mapping", work_list=True),
        EnableTenancy("MappingRevision"),
    ]
