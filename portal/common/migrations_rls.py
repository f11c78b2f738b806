"""Migration operations that put a table behind row-level security.

Every tenant table gets: forced policies, a unique (organisation_id, id), and foreign keys to other
tenant tables that carry the organisation, so that a row can never point at another tenant's row.
"""

from __future__ import annotations

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OWNER, APP, SUPPORT = "portal_owner", "portal_app", "portal_support"

CURRENT_ORGANISATION = "(SELECT nullif(current_setting('app.organisation', true), '')::uuid)"
CURRENT_PERSON = "(SELECT nullif(current_setting('app.person', true), '')::bigint)"
WORK_LIST = "(SELECT current_setting('app.work_list', true)) = 'on'"


class EnableTenancy(Operation):
    """Force row-level security on the table of a tenant model.

    ``using`` replaces the rule for the few tables that a person sees before a tenant is chosen.
    ``work_list`` lets functions that belong to the owner and switch ``app.work_list`` on (the
    dispatcher's) find what is due; no role that a process signs in with can use that rule.
    ``append_only`` takes UPDATE and DELETE away from the application.
    """

    reversible = False

    def __init__(
        self,
        model: str,
        *,
        using: str = f"organisation_id = {CURRENT_ORGANISATION}",
        check: str = "",
        work_list: bool = False,
        append_only: bool = False,
    ) -> None:
        self.model = model
        self.using = using
        self.check = check or using
        self.work_list = work_list
        self.append_only = append_only

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state of the models does not change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        for statement in (*self._policies(model), *_tenant_keys(model)):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Put {self.model} behind row-level security"

    def _policies(self, model: type[models.Model]) -> list[str]:
        table = model._meta.db_table
        statements = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} TO {APP}, {OWNER} "
            f"USING ({self.using}) WITH CHECK ({self.check})",
            f"CREATE POLICY support ON {table} FOR SELECT TO {SUPPORT} USING (true)",
        ]
        if self.work_list:
            statements.append(f"CREATE POLICY work_list ON {table} TO {OWNER} USING ({WORK_LIST})")
        if self.append_only:
            statements.append(f"REVOKE UPDATE, DELETE ON {table} FROM {APP}")
        return statements


def _tenant_keys(model: type[models.Model]) -> list[str]:
    """Statements for the tenant-carrying keys of a table."""
    table = model._meta.db_table
    if not _has_organisation(model):
        return []
    statements = [f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant UNIQUE (organisation_id, id)"]
    for field in model._meta.local_fields:
        target = field.related_model
        if target is not None and field.name != "organisation" and _has_organisation(target):
            statements.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.column}_tenant "
                f"FOREIGN KEY (organisation_id, {field.column}) "
                f"REFERENCES {target._meta.db_table} (organisation_id, id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
    return statements


def _has_organisation(model: type[models.Model]) -> bool:
    return any(field.name == "organisation" for field in model._meta.local_fields)
