import django.db.models.deletion
import django.utils.timezone
import portal.common.ids
from django.conf import settings
from django.db import migrations, models

from portal.common.migrations_rls import WORK_LIST, EnableTenancy

# The vendor's backend names a customer by its own id, before any tenant is known. The function runs
# with the owner's rights and tells the id of one organisation only; the policy that it needs holds
# for no role that a process signs in with.
ORGANISATION_BY_EXTERNAL_ID = f"""
CREATE POLICY by_external_id ON accounts_organisation FOR SELECT TO portal_owner USING ({WORK_LIST});

CREATE FUNCTION organisation_by_external_id(p_external_id text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    found uuid;
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    SELECT id INTO found FROM accounts_organisation WHERE external_id = p_external_id;
    PERFORM set_config('app.work_list', '', true);
    RETURN found;
END
$$;
GRANT EXECUTE ON FUNCTION organisation_by_external_id(text) TO portal_app;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='Who uses it, such as “billing backend”.', max_length=120)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('last_four', models.CharField(editable=False, max_length=4)),
                ('scopes', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('free_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'API token',
            },
        ),
        migrations.CreateModel(
            name='IdempotencyKey',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=255)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('answer', models.JSONField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', 'created_at'], name='api_key_age')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='api_one_answer_a_key')],
            },
        ),
        EnableTenancy("IdempotencyKey"),
        migrations.RunSQL(ORGANISATION_BY_EXTERNAL_ID, migrations.RunSQL.noop),
    ]
