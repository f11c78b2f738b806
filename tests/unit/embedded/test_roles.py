"""What each role may do, on the embedded server and on one that we only administer."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from portal.embedded.connections import Connections
from portal.embedded.errors import RoleTooPowerfulError
from portal.embedded.postgres import create_database, drop_database, ensure_running
from portal.embedded.roles import RolePasswords, bootstrap

FUNCTION = "CREATE OR REPLACE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'"


@pytest.fixture
def owner_made_a_table(connections: Connections) -> None:
    with psycopg.connect(connections.owner.for_psycopg()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS thing (id serial, name text UNIQUE)")
        connection.execute(FUNCTION)


@pytest.mark.parametrize("password", ["", "postgres", "wrong"])
@pytest.mark.parametrize("user", ["postgres", "portal_app"])
def test_nobody_gets_in_without_the_password(
    connections: Connections, user: str, password: str
) -> None:
    dsn = make_conninfo(connections.app.for_psycopg(), user=user, password=password)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(dsn)


def test_the_portals_roles_bypass_nothing(connections: Connections) -> None:
    with psycopg.connect(connections.admin.for_psycopg()) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole"
            " FROM pg_roles WHERE rolname LIKE 'portal%' ORDER BY 1"
        ).fetchall()
    assert rows == [("portal_app", False), ("portal_owner", False), ("portal_support", False)]


@pytest.mark.usefixtures("owner_made_a_table")
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO thing (name) VALUES ('a')", "SELECT seven()", "DELETE FROM thing"],
)
def test_the_app_works_on_the_owners_objects(connections: Connections, statement: str) -> None:
    with psycopg.connect(connections.app.for_psycopg()) as connection:
        connection.execute(statement)


@pytest.mark.usefixtures("owner_made_a_table")
@pytest.mark.parametrize("role", ["app", "support"])
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE thing",
        "DROP TABLE thing",
        "ALTER TABLE thing DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "SET ROLE portal_owner",
        "COPY thing TO '/tmp/thing'",
    ],
)
def test_app_and_support_change_no_structure(
    connections: Connections, role: str, statement: str
) -> None:
    dsn = getattr(connections, role).for_psycopg()
    with psycopg.connect(dsn) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.usefixtures("owner_made_a_table")
@pytest.mark.parametrize("statement", ["DELETE FROM thing", "SELECT seven()"])
def test_support_only_reads(connections: Connections, statement: str) -> None:
    dsn = connections.support.for_psycopg()
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT * FROM thing")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.usefixtures("owner_made_a_table")
def test_values_of_failing_statements_stay_out_of_the_log(connections: Connections) -> None:
    insert = "INSERT INTO thing (name) VALUES ('planted-secret')"
    with psycopg.connect(connections.app.for_psycopg(), autocommit=True) as connection:
        connection.execute(insert)
        with pytest.raises(errors.UniqueViolation):
            connection.execute(insert)
    log = Path(connections.app.host).parent / "server.log"
    assert "duplicate key" in log.read_text()
    assert "planted-secret" not in log.read_text()


def test_files_with_secrets_and_the_socket_are_private(connections: Connections) -> None:
    sockets = Path(connections.app.host)
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert (sockets.parent / "server.json").stat().st_mode & 0o777 == 0o600
    assert (sockets.parent / "server.log").stat().st_mode & 0o777 == 0o600
    assert connections.app.password not in repr(connections)


def test_a_test_database_has_the_same_privileges(connections: Connections) -> None:
    create_database(connections, "test_portal")
    create_database(connections, "test_portal_gw0", template="test_portal")
    owner = make_conninfo(connections.owner.for_psycopg(), dbname="test_portal_gw0")
    app = make_conninfo(connections.app.for_psycopg(), dbname="test_portal_gw0")
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE thing (id serial)")
    with psycopg.connect(app) as connection:
        connection.execute("INSERT INTO thing DEFAULT VALUES")
    for name in ("test_portal_gw0", "test_portal_gw0", "test_portal"):
        drop_database(connections, name)


def administered(directory: Path) -> str:
    """A server without our roles, and an administrator who is no superuser, as clouds have it."""
    admin = ensure_running(directory, durable=False).admin.for_psycopg()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE portal")
        for role in ("portal_owner", "portal_app", "portal_support"):
            connection.execute(f"DROP ROLE {role}")
        connection.execute("CREATE ROLE cloud LOGIN CREATEROLE CREATEDB PASSWORD 'cloud'")
    return make_conninfo(admin, user="cloud", password="cloud")


def test_a_server_that_we_only_administer_is_set_up_alike(directory: Path) -> None:
    admin = administered(directory)
    passwords = RolePasswords(owner="o'wner", app="a", support="s")
    for _ in range(2):
        bootstrap(admin, passwords=passwords, database="their_portal")
    owner = make_conninfo(admin, dbname="their_portal", user="portal_owner", password="o'wner")
    with psycopg.connect(owner) as connection:
        connection.execute("CREATE TABLE thing (id int)")
    app = make_conninfo(admin, dbname="their_portal", user="portal_app", password="a")
    with psycopg.connect(app) as connection:
        connection.execute("INSERT INTO thing VALUES (1)")


def test_a_powerful_role_is_refused(directory: Path) -> None:
    admin = ensure_running(directory, durable=False).admin.for_psycopg()
    with psycopg.connect(admin) as connection:
        connection.execute("ALTER ROLE portal_app BYPASSRLS")
    with pytest.raises(RoleTooPowerfulError, match="portal_app"):
        bootstrap(admin, passwords=RolePasswords(owner="o", app="a", support="s"))
