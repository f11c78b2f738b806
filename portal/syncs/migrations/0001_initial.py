import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import portal.common.ids
import portal.syncs.domain
from django.conf import settings
from django.db import migrations, models

from portal.common.migrations_rls import EnableTenancy


# The dispatcher's two work lists. They cross tenants and hand out ids only; their cost depends on
# what is due, not on how many tenants there are: partial indexes on next_at and not_before, for which
# the time has to stand still ("(SELECT clock_timestamp())"), and what belongs to a row looked up by
# row. The planner cannot know that a limit given as a parameter is small
# and would join all mappings first (ten times as long at 100,000 of them).
FUNCTIONS = """
-- Segments are compressed already.
ALTER TABLE syncs_segment ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE syncs_batch ALTER COLUMN body SET STORAGE EXTERNAL;

-- Claims due schedules, moves each to its next slot (a late one gets one catch-up run, not many) and
-- makes a run where none is live and the connection works: a connection that needs a person thereby
-- pauses its schedules, and their cursors stay.
CREATE FUNCTION claim_due_schedules(p_limit integer, p_every integer)
RETURNS TABLE (organisation_id uuid, run_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    RETURN QUERY
    WITH due AS MATERIALIZED (
        SELECT s.id, s.organisation_id, s.mapping_id FROM syncs_schedule s
        WHERE s.state = 'active' AND s.next_at <= (SELECT clock_timestamp())
        ORDER BY s.next_at LIMIT p_limit FOR UPDATE SKIP LOCKED
    ), judged AS (
        SELECT due.id, on_way.sendable, on_way.settling FROM due CROSS JOIN LATERAL (
            SELECT c.state = 'connected' AND p.removed_at IS NULL AS sendable,
                   c.state = 'checking_key' AS settling
            FROM mappings_mapping p
            JOIN connections_connection c
                ON c.organisation_id = p.organisation_id AND c.id = p.connection_id
            WHERE p.organisation_id = due.organisation_id AND p.id = due.mapping_id
            OFFSET 0) AS on_way
    ), moved AS (
        -- A connection whose key is being checked works in a moment: look again soon.
        UPDATE syncs_schedule s
        SET next_at = CASE WHEN judged.settling THEN clock_timestamp() + interval '2 seconds'
            ELSE s.next_at + make_interval(secs => coalesce(s.every_seconds, p_every)
                * (1 + floor(extract(epoch FROM clock_timestamp() - s.next_at)
                             / coalesce(s.every_seconds, p_every)))) END
        FROM judged WHERE s.id = judged.id
        RETURNING s.organisation_id, s.mapping_id, s.cursor, judged.sendable
    ), made AS (
        INSERT INTO syncs_syncrun (
            id, organisation_id, mapping_id, "trigger", reason, mapping_revision, state, problem,
            fix, requested_at, not_before, tries, rung_at, lease_owner, lease_token,
            cursor_from, cursor_to, read_count, sent_count, rejected_count, skipped_count)
        SELECT gen_random_uuid(), m.organisation_id, m.mapping_id, 'schedule', '', 0, 'queued', '',
            '', clock_timestamp(), clock_timestamp(), 0, clock_timestamp(), '', 0,
            m.cursor, m.cursor, 0, 0, 0, 0
        FROM moved m WHERE m.sendable
        ON CONFLICT (organisation_id, mapping_id)
            WHERE state IN ('queued', 'running') AND replay_of_id IS NULL DO NOTHING
        RETURNING syncs_syncrun.organisation_id, syncs_syncrun.id
    )
    SELECT made.organisation_id, made.id FROM made;
    PERFORM set_config('app.work_list', '', true);
END
$$;

-- Live runs that no worker holds and that were not rung within p_again seconds, or not since their
-- wait or their worker's lease ended: lost bells, dead workers, waits that are over.
CREATE FUNCTION runs_to_ring(p_limit integer, p_again double precision)
RETURNS TABLE (organisation_id uuid, run_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    PERFORM set_config('app.work_list', 'on', true);
    RETURN QUERY
    WITH waiting AS (
        SELECT r.id FROM syncs_syncrun r
        WHERE r.state IN ('queued', 'running') AND r.not_before <= (SELECT clock_timestamp())
          AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp())
          AND (r.rung_at IS NULL
               OR r.rung_at < clock_timestamp() - make_interval(secs => p_again)
               OR r.rung_at < greatest(r.not_before, r.lease_until))
        ORDER BY r.not_before LIMIT p_limit FOR UPDATE SKIP LOCKED
    )
    UPDATE syncs_syncrun r SET rung_at = clock_timestamp() FROM waiting WHERE r.id = waiting.id
    RETURNING r.organisation_id, r.id;
    PERFORM set_config('app.work_list', '', true);
END
$$;

-- Every mapping has its schedule from its first moment, due at once. It runs as whoever saves the
-- mapping, inside the same policies.
CREATE FUNCTION make_schedule() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO syncs_schedule (id, organisation_id, mapping_id, next_at, state, reason, cursor)
    VALUES (gen_random_uuid(), NEW.organisation_id, NEW.id, clock_timestamp(), 'active', '', '{}');
    RETURN NULL;
END
$$;
CREATE TRIGGER syncs_make_schedule AFTER INSERT ON mappings_mapping
    FOR EACH ROW EXECUTE FUNCTION make_schedule();

GRANT EXECUTE ON FUNCTION claim_due_schedules(integer, integer), runs_to_ring(integer, double precision)
    TO portal_app;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('mappings', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.UUIDField()),
                ('state', models.CharField(choices=[('open', 'open'), ('accepted', 'accepted'), ('split', 'split'), ('refused', 'refused'), ('abandoned', 'abandoned')], default='open', max_length=10)),
                ('first_number', models.BigIntegerField()),
                ('last_number', models.BigIntegerField()),
                ('record_count', models.PositiveIntegerField()),
                ('raw_bytes', models.PositiveIntegerField()),
                ('sent_bytes', models.PositiveIntegerField()),
                ('body', models.BinaryField(null=True)),
                ('oldest_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='syncs.batch')),
            ],
            options={'verbose_name_plural': 'batches'},
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('milliseconds', models.PositiveIntegerField()),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('outcome', models.CharField(max_length=12)),
                ('uncertain', models.BooleanField(default=False)),
                ('excerpt', models.CharField(blank=True, max_length=500)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='syncs.batch')),
            ],
            options={
                'ordering': ['at'],
            },
        ),
        migrations.CreateModel(
            name='Chunk',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('replay', models.BooleanField(default=False)),
                ('mapping_revision', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('open', 'open'), ('done', 'done')], default='open', max_length=10)),
                ('cursor_from', models.JSONField()),
                ('cursor_to', models.JSONField()),
                ('read_count', models.BigIntegerField()),
                ('skipped_count', models.BigIntegerField()),
                ('rejected_count', models.BigIntegerField()),
                ('frozen_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='mappings.mapping')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.AddField(
            model_name='batch',
            name='chunk',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='syncs.chunk'),
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('last_number', models.BigIntegerField(default=0)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mappings.dataset')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('every_seconds', models.PositiveIntegerField(blank=True, null=True)),
                ('next_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('active', 'active'), ('paused', 'paused')], default='active', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('cursor', models.JSONField(default=dict)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='schedules', to='mappings.mapping')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('first_number', models.BigIntegerField()),
                ('last_number', models.BigIntegerField()),
                ('raw_bytes', models.BigIntegerField()),
                ('data', models.BinaryField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='mappings.dataset')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='SyncRun',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('trigger', models.CharField(choices=[('schedule', 'schedule'), ('manual', 'manual'), ('replay', 'replay')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('mapping_revision', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('succeeded', 'succeeded'), ('succeeded_with_rejects', 'succeeded_with_rejects'), ('all_rejected', 'all_rejected'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', max_length=24)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('fix', models.CharField(blank=True, max_length=500)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('requested_at', models.DateTimeField(auto_now_add=True)),
                ('not_before', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('rung_at', models.DateTimeField(blank=True, null=True)),
                ('lease_owner', models.CharField(blank=True, max_length=120)),
                ('lease_token', models.BigIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cursor_from', models.JSONField(default=dict)),
                ('cursor_to', models.JSONField(default=dict)),
                ('read_count', models.BigIntegerField(default=0)),
                ('sent_count', models.BigIntegerField(default=0)),
                ('rejected_count', models.BigIntegerField(default=0)),
                ('skipped_count', models.BigIntegerField(default=0)),
                ('mapping', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='mappings.mapping')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('replay_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='syncs.syncrun')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('replay_syncrun', 'Can replay runs of any tenant')],
            },
        ),
        migrations.CreateModel(
            name='Reject',
            fields=[
                ('id', models.UUIDField(default=portal.common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.BigIntegerField()),
                ('record_id', models.CharField(max_length=300)),
                ('code', models.CharField(max_length=40)),
                ('field', models.CharField(blank=True, max_length=200)),
                ('message', models.CharField(max_length=500)),
                ('datadog', models.CharField(blank=True, max_length=500)),
                ('record_sealed', models.BinaryField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('chunk', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='syncs.chunk')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation')),
                ('replayed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='syncs.syncrun')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='syncs.syncrun')),
            ],
            options={
                'permissions': [('view_reject_record', 'Can see the records of rejects of any tenant')],
            },
        ),
        migrations.AddField(
            model_name='chunk',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chunks', to='syncs.syncrun'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('organisation', 'key'), name='syncs_one_open_batch_a_key'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'open'), _negated=True), ('body__isnull', False), _connector='OR'), name='syncs_open_has_body'),
        ),
        migrations.AddConstraint(
            model_name='feed',
            constraint=models.UniqueConstraint(fields=('organisation', 'dataset'), name='syncs_one_feed'),
        ),
        migrations.AddIndex(
            model_name='schedule',
            index=models.Index(condition=models.Q(('state', 'active')), fields=['next_at'], name='syncs_schedule_due'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.UniqueConstraint(fields=('organisation', 'mapping'), name='syncs_one_schedule'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.UniqueConstraint(fields=('organisation', 'dataset', 'last_number'), name='syncs_segment_place'),
        ),
        migrations.AddConstraint(
            model_name='segment',
            constraint=models.CheckConstraint(condition=models.Q(('last_number__gte', models.F('first_number'))), name='syncs_segment_not_empty'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(condition=models.Q(('state__in', (portal.syncs.domain.RunState['QUEUED'], portal.syncs.domain.RunState['RUNNING']))), fields=['not_before'], name='syncs_run_live'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(fields=['organisation', '-requested_at'], name='syncs_run_recent'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(condition=models.Q(('read_count', 0), ('state', portal.syncs.domain.RunState['SUCCEEDED']), _negated=True), fields=['organisation', '-requested_at'], name='syncs_run_telling'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(fields=['mapping', '-requested_at'], name='syncs_run_of_mapping'),
        ),
        migrations.AddIndex(
            model_name='syncrun',
            index=models.Index(fields=['state', '-requested_at'], name='syncs_run_by_state'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.CheckConstraint(condition=models.Q(('read_count', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('sent_count'), '+', models.F('rejected_count')), '+', models.F('skipped_count')))), name='syncs_counter_law'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.CheckConstraint(condition=models.Q(('rejected_count__gte', 0), ('sent_count__gte', 0), ('skipped_count__gte', 0)), name='syncs_counters_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', portal.syncs.domain.RunState['SUCCEEDED']), _negated=True), ('rejected_count', 0), _connector='OR'), name='syncs_no_success_with_rejects'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('state__in', (portal.syncs.domain.RunState['QUEUED'], portal.syncs.domain.RunState['RUNNING']))), models.Q(('finished_at__isnull', False), ('state__in', (portal.syncs.domain.RunState['SUCCEEDED'], portal.syncs.domain.RunState['PARTIAL'], portal.syncs.domain.RunState['REJECTED'], portal.syncs.domain.RunState['FAILED'], portal.syncs.domain.RunState['CANCELLED']))), _connector='OR'), name='syncs_finished_with_an_outcome'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replay_of__isnull', False), ('trigger', portal.syncs.domain.Trigger['REPLAY'])), models.Q(models.Q(('trigger', portal.syncs.domain.Trigger['REPLAY']), _negated=True), ('replay_of__isnull', True)), _connector='OR'), name='syncs_replay_of_a_run'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.UniqueConstraint(condition=models.Q(('replay_of__isnull', True), ('state__in', (portal.syncs.domain.RunState['QUEUED'], portal.syncs.domain.RunState['RUNNING']))), fields=('organisation', 'mapping'), name='syncs_one_live_run'),
        ),
        migrations.AddConstraint(
            model_name='syncrun',
            constraint=models.UniqueConstraint(condition=models.Q(('replay_of__isnull', False), ('state__in', (portal.syncs.domain.RunState['QUEUED'], portal.syncs.domain.RunState['RUNNING']))), fields=('organisation', 'replay_of'), name='syncs_one_live_replay'),
        ),
        migrations.AddIndex(
            model_name='reject',
            index=models.Index(fields=['run', 'number'], name='syncs_reject_of_run'),
        ),
        migrations.AddIndex(
            model_name='reject',
            index=models.Index(fields=['run', 'code'], name='syncs_reject_by_code'),
        ),
        migrations.AddConstraint(
            model_name='chunk',
            constraint=models.UniqueConstraint(condition=models.Q(('replay', False), ('state', 'open')), fields=('organisation', 'mapping'), name='syncs_one_open_chunk'),
        ),
        migrations.AddConstraint(
            model_name='chunk',
            constraint=models.UniqueConstraint(condition=models.Q(('replay', True), ('state', 'open')), fields=('organisation', 'run'), name='syncs_one_open_replay_chunk'),
        ),
        EnableTenancy("Feed"),
        EnableTenancy("Segment"),
        EnableTenancy("Schedule", work_list=True),
        EnableTenancy("SyncRun", work_list=True),
        EnableTenancy("Chunk"),
        EnableTenancy("Batch"),
        EnableTenancy("Attempt"),
        EnableTenancy("Reject"),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
    ]
