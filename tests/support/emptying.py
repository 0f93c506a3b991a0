"""Brings a PostgreSQL database back to what its migrations left: their rows, and numbers that start again."""

import psycopg

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
RESTART = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"


def remember(url: str) -> None:
    """Keep the rows and tables that there are in a schema `pristine`; copies of the database have it too."""
    with _connect(url) as connection:
        connection.execute("CREATE SCHEMA pristine")
        for table in _tables(connection):
            connection.execute(f'CREATE TABLE pristine."{table}" AS TABLE public."{table}"')


def empty(url: str) -> bool:
    """Bring it back; False when a test changed the tables themselves, which only a new copy mends."""
    with _connect(url) as connection:
        connection.execute(OTHERS)
        known = _tables(connection, "pristine")
        if _tables(connection) != known:
            return False
        # As a replica does: no trigger refuses, no foreign key asks for an order.
        words = ["SET session_replication_role = replica"]
        for table in known:
            words.append(f'DELETE FROM public."{table}"')
            words.append(f'INSERT INTO public."{table}" SELECT * FROM pristine."{table}"')
        connection.execute("; ".join(words))
        connection.execute(RESTART)
    return True


def _tables(connection: psycopg.Connection, schema: str = "public") -> list[str]:
    return [row[0] for row in connection.execute(TABLES.replace("public", schema))]


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
