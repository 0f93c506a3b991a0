"""statements, their lines, payments and runs, all frozen by triggers; terms that a statement used are frozen too

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SUMS = ("energy_wh", "net_minor", "vat_minor", "reimbursement_minor", "share_minor")
# table: what may change in it; None: nothing at all. Rows are never deleted.
FROZEN = {"statement": "status", "statement_line": "live", "statement_payment": None}
USED = "EXISTS (SELECT 1 FROM statement_line l WHERE l.terms_id = OLD.id)"
KEPT_TERMS = (
    *("operator_id", "effective_from", "currency", "price_per_kwh_ac", "price_per_kwh_dc"),
    *("price_per_session", "price_per_hour", "share_percent", "reimbursement_first"),
)


def upgrade() -> None:
    _statement()
    _line()
    _payment()
    _run()
    op.create_index(
        "ix_charging_session_operator_ended", "charging_session", ["operator_id", "ended_at", "id"]
    )
    op.create_index("ix_charging_session_updated", "charging_session", ["updated_at"])
    _freeze()


def _statement() -> None:
    op.create_table(
        "statement",
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("kind", _word("statementkind", "statement", "credit"), nullable=False),
        sa.Column("status", _word("statementstatus", "issued", "paid", "credited"), nullable=False),
        sa.Column("operator_id", NUMBER, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*SUMS, "due_minor", "kept_minor")),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("previous_id", NUMBER, nullable=True),
        sa.Column("credits_id", NUMBER, nullable=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", sa.String(254), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("(kind = 'credit') = (credits_id IS NOT NULL)", name=op.f("ck_statement_credits")),
        sa.CheckConstraint("due_minor + kept_minor = net_minor", name=op.f("ck_statement_adds_up")),
        sa.CheckConstraint("reimbursement_minor + share_minor = due_minor", name=op.f("ck_statement_due")),
        _key("statement", "operator_id", "operator"),
        _key("statement", "previous_id", "statement"),
        _key("statement", "credits_id", "statement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_statement_number")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_statement_previous_id")),
        sa.UniqueConstraint("credits_id", name=op.f("uq_statement_credits_id")),
        sa.UniqueConstraint(
            "operator_id", "month", "sequence", name=op.f("uq_statement_operator_id_month_sequence")
        ),
        sqlite_autoincrement=True,
    )
    live = "kind = 'statement' AND status <> 'credited'"
    _unique_where("uq_statement_live", "statement", ["operator_id", "month", "currency"], live, live)
    op.create_index("ix_statement_issued", "statement", ["issued_at", "id"])


def _line() -> None:
    op.create_table(
        "statement_line",
        sa.Column("statement_id", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind", _word("statementlinekind", "session", "late", "correction", "credit"), nullable=False
        ),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("session_id", NUMBER, nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("refers_to_id", NUMBER, nullable=True),
        sa.Column("terms_id", NUMBER, nullable=True),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("station_code", sa.String(36), nullable=False),
        sa.Column("charger_uid", sa.String(36), nullable=False),
        sa.Column("connector_number", sa.Integer(), nullable=False),
        sa.Column("dc", sa.Boolean(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in SUMS),
        sa.Column("restated", sa.JSON(), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "(kind IN ('session', 'late')) = (refers_to_id IS NULL)", name=op.f("ck_statement_line_refers")
        ),
        _key("statement_line", "statement_id", "statement"),
        _key("statement_line", "session_id", "charging_session"),
        _key("statement_line", "refers_to_id", "statement_line"),
        _key("statement_line", "terms_id", "terms"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_line")),
        sa.UniqueConstraint("statement_id", "position", name=op.f("uq_statement_line_statement_id_position")),
        sqlite_autoincrement=True,
    )
    first = "refers_to_id IS NULL"
    _unique_where(
        "uq_statement_line_live",
        "statement_line",
        ["session_id"],
        f"live = 1 AND {first}",
        f"live AND {first}",
    )
    op.create_index("ix_statement_line_session", "statement_line", ["session_id"])
    op.create_index("ix_statement_line_terms", "statement_line", ["terms_id"])
    op.create_index(op.f("ix_statement_line_refers_to_id"), "statement_line", ["refers_to_id"])


def _payment() -> None:
    op.create_table(
        "statement_payment",
        sa.Column("statement_id", NUMBER, nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(254), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_statement_payment_amount")),
        _key("statement_payment", "statement_id", "statement"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_payment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_statement_payment_statement", "statement_payment", ["statement_id"])


def _run() -> None:
    op.create_table(
        "statement_run",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("status", _word("runstatus", "waiting", "running", "done"), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("operators", "done", "issued")),
        sa.Column("after_code", sa.String(36), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("started_by", sa.String(254), nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_run")),
        sqlite_autoincrement=True,
    )
    _unique_where("uq_statement_run_open", "statement_run", ["month"], "status <> 'done'", "status <> 'done'")


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def _unique_where(name: str, table: str, columns: list[str], sqlite: str, postgresql: str) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=True,
        sqlite_where=sa.text(sqlite),
        postgresql_where=sa.text(postgresql),
    )


def _freeze() -> None:
    for table, free in FROZEN.items():
        columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
        refusal = f"a {table.replace('_', ' ')} is frozen"
        _refuse(table, "UPDATE", _differs([name for name in columns if name != free]), refusal)
        _refuse(table, "DELETE", "", refusal)
    _refuse(
        "terms", "UPDATE", f"({_differs(KEPT_TERMS)}) AND {USED}", "terms that a statement used are frozen"
    )


def _differs(columns: list[str] | tuple[str, ...]) -> str:
    """Any of these changes; JSON has no equality on PostgreSQL, its text has."""
    text = "::text" if op.get_bind().dialect.name == "postgresql" else ""
    word = "IS DISTINCT FROM" if text else "IS NOT"
    return " OR ".join(f"OLD.{name}{text} {word} NEW.{name}{text}" for name in columns)


def _refuse(table: str, verb: str, condition: str, refusal: str) -> None:
    trigger = f"{table}_no_{verb.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        when = f"WHEN {condition} " if condition else ""
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} {when}BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )
        return
    test = f"IF {condition} THEN " if condition else ""
    end = "END IF; RETURN NEW; " if condition else ""
    op.execute(
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {test}"
        f"RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation'; {end}END $$"
    )
    op.execute(f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in (*FROZEN, "terms"):
        for verb in ("update", "delete") if table in FROZEN else ("update",):
            op.execute(f"DROP TRIGGER {table}_no_{verb}" + ("" if sqlite else f" ON {table}"))
            if not sqlite:
                op.execute(f"DROP FUNCTION {table}_no_{verb}()")
    op.drop_index("ix_charging_session_updated", "charging_session")
    op.drop_index("ix_charging_session_operator_ended", "charging_session")
    for table in ("statement_run", "statement_payment", "statement_line", "statement"):
        op.drop_table(table)
