"""The portal's three database roles and what each may do, as SQL; the same on every server.

Must not know where the server runs: the embedded one and a production server are set up alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from portal.embedded.errors import RoleTooPowerfulError

DATABASE = "portal"
OWNER = "portal_owner"
"""Owns the database, the schema and every table; runs migrations."""
APP = "portal_app"
"""Web and workers: owns nothing, bypasses nothing."""
SUPPORT = "portal_support"
"""Reads across tenants through policies made for it."""

_POWERLESS = sql.SQL("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS")


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """One password per role; plain text or a SCRAM verifier."""

    owner: str = field(repr=False)
    app: str = field(repr=False)
    support: str = field(repr=False)

    def by_role(self) -> dict[str, str]:
        return {OWNER: self.owner, APP: self.app, SUPPORT: self.support}


def role_statements(passwords: RolePasswords) -> list[sql.Composed]:
    """Make the roles, or give existing ones these passwords. Valid in any database."""
    statements = []
    for name, password in passwords.by_role().items():
        role = sql.Identifier(name)
        # PostgreSQL has no CREATE ROLE IF NOT EXISTS.
        create = sql.SQL(
            "DO $$ BEGIN CREATE ROLE {} {}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        )
        statements.append(create.format(role, _POWERLESS))
        change = sql.SQL("ALTER ROLE {} WITH LOGIN PASSWORD {}")
        statements.append(change.format(role, sql.Literal(password)))
    # Whoever is not a superuser must be a member to hand objects over to the owner.
    statements.append(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    return statements


_IN_DATABASE = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC
GRANT CONNECT ON DATABASE {database} TO {app}, {support}
ALTER SCHEMA public OWNER TO {owner}
REVOKE ALL ON SCHEMA public FROM PUBLIC
GRANT USAGE ON SCHEMA public TO {app}, {support}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {app}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT ON TABLES TO {support}
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SEQUENCES TO {app}, {support}
"""


def database_statements(database: str, *, owner: str = OWNER) -> list[sql.Composed]:
    """What the roles may do in one database; run while connected to it."""
    names = {"database": database, "owner": owner, "app": APP, "support": SUPPORT}
    identifiers = {key: sql.Identifier(name) for key, name in names.items()}
    return [sql.SQL(line).format(**identifiers) for line in _IN_DATABASE.strip().splitlines()]


def bootstrap(admin_dsn: str, *, passwords: RolePasswords, database: str = DATABASE) -> None:
    """Make roles and database ready on any server; may be repeated.

    The administrator needs CREATEROLE, and CREATEDB unless the database exists.
    """
    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        for statement in role_statements(_verifiers(connection, passwords)):
            connection.execute(statement)
        _refuse_powerful_roles(connection)
        make_database(connection, database)
    prepare_database(admin_dsn, database)


def make_database(
    connection: psycopg.Connection, name: str, *, owner: str = OWNER, template: str | None = None
) -> None:
    """Create the database unless it exists, and let the owner own it."""
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found:
        statement = sql.SQL("ALTER DATABASE {} OWNER TO {}")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
        return
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
    names = (name, owner, template or "template1")
    connection.execute(statement.format(*map(sql.Identifier, names)))


def prepare_database(admin_dsn: str, database: str, *, owner: str = OWNER) -> None:
    """Apply the privileges inside the database, all or none."""
    with psycopg.connect(make_conninfo(admin_dsn, dbname=database)) as connection:
        for statement in database_statements(database, owner=owner):
            connection.execute(statement)


def _verifiers(connection: psycopg.Connection, passwords: RolePasswords) -> RolePasswords:
    """Hash on our side: a server that logs statements never sees a password."""

    def verifier(role: str, password: str) -> str:
        encrypted = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        )
        return encrypted.decode()

    return replace(
        passwords,
        owner=verifier(OWNER, passwords.owner),
        app=verifier(APP, passwords.app),
        support=verifier(SUPPORT, passwords.support),
    )


def _refuse_powerful_roles(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolsuper OR rolbypassrls)",
        [[OWNER, APP, SUPPORT]],
    ).fetchall()
    if rows:
        names = ", ".join(row[0] for row in rows)
        raise RoleTooPowerfulError(
            f"The database role {names} is a superuser or bypasses row-level security. "
            "Take that away with ALTER ROLE … NOSUPERUSER NOBYPASSRLS and try again."
        )
