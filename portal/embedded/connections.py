"""How to reach the embedded server: one connection per role, for Django and for psycopg."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from psycopg.conninfo import make_conninfo


class DjangoDatabase(TypedDict):
    """The keys of one entry of Django's DATABASES that say where the database is."""

    ENGINE: str
    HOST: str
    PORT: str
    NAME: str
    USER: str
    PASSWORD: str


@dataclass(frozen=True, slots=True)
class Connection:
    """One role's way in; `host` is the directory of the server's socket."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    def for_django(self) -> DjangoDatabase:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port),
            "NAME": self.database,
            "USER": self.user,
            "PASSWORD": self.password,
        }

    def for_psycopg(self) -> str:
        """A connection string that `psycopg.connect` and its pool take."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=self.database,
            user=self.user,
            password=self.password,
        )


@dataclass(frozen=True, slots=True)
class Connections:
    """The portal's three roles, and the administrator who makes databases for the tests."""

    app: Connection
    owner: Connection
    support: Connection
    admin: Connection
