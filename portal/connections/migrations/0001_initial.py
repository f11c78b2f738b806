import django.db.models.deletion
import portal.common.ids
from django.conf import settings
from django.db import migrations, models

from portal.common.migrations_rls import EnableTenancy


# The owner's functions are the only way over the tenants' borders, and each says as little as it can.
FUNCTIONS = """
ALTER TABLE connections_datadogclaim ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections_datadogclaim FORCE ROW LEVEL SECURITY;
CREATE POLICY work_list ON connections_datadogclaim TO portal_owner
    USING ((SELECT current_setting('app.work_list', true)) = 'on');
CREATE POLICY support ON connections_datadogclaim FOR SELECT TO portal_support USING (true);

-- Takes a Datadog organisation for the current tenant; false when another tenant holds it.
CREATE FUNCTION claim_datadog_organisation(p_id uuid, p_site text, p_datadog_org_id text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE v_taken boolean;
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    WITH taken AS (
        INSERT INTO connections_datadogclaim (id, site, datadog_org_id, holder, claimed_at)
        VALUES (p_id, p_site, p_datadog_org_id,
                nullif(current_setting('app.organisation', true), '')::uuid, clock_timestamp())
        ON CONFLICT (site, datadog_org_id) DO UPDATE SET claimed_at = excluded.claimed_at
        WHERE connections_datadogclaim.holder = excluded.holder
        RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM taken) INTO v_taken;
    PERFORM set_config('app.work_list', '', true);
    RETURN v_taken;
END
$$;

-- Gives up what the current tenant holds on a site.
CREATE FUNCTION release_datadog_organisation(p_site text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    DELETE FROM connections_datadogclaim
    WHERE site = p_site AND holder = nullif(current_setting('app.organisation', true), '')::uuid;
    PERFORM set_config('app.work_list', '', true);
END
$$;

-- Connections whose token or background check is due: ids only.
CREATE FUNCTION connections_due(p_limit integer)
RETURNS TABLE (organisation_id uuid, connection_id uuid, refresh boolean, attend boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    RETURN QUERY
    SELECT c.organisation_id, c.id,
           coalesce(c.refresh_at <= clock_timestamp(), false),
           coalesce(c.check_at <= clock_timestamp(), false)
    FROM connections_connection c
    WHERE (c.refresh_at <= clock_timestamp()
           AND (c.refresh_lease_until IS NULL OR c.refresh_lease_until < clock_timestamp()))
       OR c.check_at <= clock_timestamp()
    LIMIT p_limit;
    PERFORM set_config('app.work_list', '', true);
END
$$;

GRANT EXECUTE ON FUNCTION claim_datadog_organisation(uuid, text, text),
    release_datadog_organisation(text), connections_due(integer) TO portal_app;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OAuthClient',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='As Datadog shows it on the consent page.', max_length=120)),
                ('client_id', models.CharField(max_length=120, unique=True)),
                ('client_secret_sealed', models.BinaryField(default=b'')),
                ('client_secret_last_four', models.CharField(blank=True, editable=False, max_length=4)),
                ('scopes', models.JSONField(default=list, help_text='The scopes registered for this client.')),
                ('active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'OAuth client',
            },
        ),
        migrations.CreateModel(
            name='VaultKey',
            fields=[
                ('key_id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('check_value', models.BinaryField()),
                ('first_seen_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Connection',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('site', models.CharField(help_text="The site's domain, such as datadoghq.eu.", max_length=40)),
                ('subdomain', models.CharField(blank=True, max_length=63)),
                ('state', models.CharField(choices=[('pending', 'pending'), ('checking_key', 'checking_key'), ('connected', 'connected'), ('needs_reconnect', 'needs_reconnect'), ('disconnecting', 'disconnecting'), ('disconnected', 'disconnected')], default='pending', max_length=20)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('fix', models.CharField(blank=True, max_length=500)),
                ('datadog_org_id', models.CharField(blank=True, max_length=64)),
                ('datadog_org_name', models.CharField(blank=True, max_length=200)),
                ('granted_scopes', models.JSONField(default=list)),
                ('access_token_expires_at', models.DateTimeField(blank=True, null=True)),
                ('refresh_at', models.DateTimeField(blank=True, null=True)),
                ('refresh_lease_until', models.DateTimeField(blank=True, null=True)),
                ('refresh_fence', models.BigIntegerField(default=0)),
                ('api_key_state', models.CharField(choices=[('none', 'none'), ('requested', 'requested'), ('stored', 'stored'), ('valid', 'valid'), ('lost', 'lost'), ('refused', 'refused')], default='none', max_length=10)),
                ('api_key_id', models.CharField(blank=True, max_length=64)),
                ('api_key_name', models.CharField(blank=True, max_length=200)),
                ('check_at', models.DateTimeField(blank=True, null=True)),
                ('check_count', models.PositiveIntegerField(default=0)),
                ('checked_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('connected_at', models.DateTimeField(blank=True, null=True)),
                ('disconnected_at', models.DateTimeField(blank=True, null=True)),
                ('connected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='connections.oauthclient')),
            ],
        ),
        migrations.CreateModel(
            name='DatadogClaim',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('site', models.CharField(max_length=40)),
                ('datadog_org_id', models.CharField(max_length=64)),
                ('holder', models.UUIDField()),
                ('claimed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'datadog_org_id'), name='connections_one_claim')],
            },
        ),
        migrations.CreateModel(
            name='AuthorizationRequest',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state_hash', models.BinaryField(max_length=32)),
                ('session_hash', models.BinaryField(max_length=32)),
                ('site', models.CharField(max_length=40)),
                ('subdomain', models.CharField(blank=True, max_length=63)),
                ('verifier_sealed', models.BinaryField()),
                ('from_tile', models.BooleanField(default=False)),
                ('expires_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connections.oauthclient')),
            ],
        ),
        migrations.CreateModel(
            name='Credential',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('access_token', 'access_token'), ('refresh_token', 'refresh_token'), ('api_key', 'api_key')], max_length=15)),
                ('sealed', models.BinaryField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('last_four', models.CharField(blank=True, max_length=4)),
                ('stored_at', models.DateTimeField(auto_now=True)),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='credentials', to='connections.connection')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'connection', 'kind'), name='connections_one_a_kind')],
            },
        ),
        migrations.CreateModel(
            name='DataKey',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('vault_key_id', models.CharField(max_length=40)),
                ('wrapped', models.BinaryField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='connections_data_key_number')],
            },
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(condition=models.Q(('refresh_at__isnull', False)), fields=['refresh_at'], name='connections_refresh_due'),
        ),
        migrations.AddIndex(
            model_name='connection',
            index=models.Index(condition=models.Q(('check_at__isnull', False)), fields=['check_at'], name='connections_check_due'),
        ),
        migrations.AddConstraint(
            model_name='connection',
            constraint=models.UniqueConstraint(fields=('organisation', 'site'), name='connections_one_a_site'),
        ),
        migrations.AddConstraint(
            model_name='authorizationrequest',
            constraint=models.UniqueConstraint(fields=('organisation', 'state_hash'), name='connections_one_state'),
        ),
        EnableTenancy("Connection", work_list=True),
        EnableTenancy("Credential"),
        EnableTenancy("AuthorizationRequest"),
        EnableTenancy("DataKey"),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
