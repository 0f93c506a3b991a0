"""what a session measured and cost, its samples and doubts; tariffs

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
SESSION_COLUMNS = {
    "start_wh": sa.BigInteger(),
    "charging_s": sa.Integer(),
    "idle_s": sa.Integer(),
    "uncapped_minor": sa.BigInteger(),
    "tariff": sa.JSON(),
    "rating": sa.JSON(),
    "last_advance_at": INSTANT,
    "check_at": INSTANT,
    "stop_asked_at": INSTANT,
    "updated_at": INSTANT,
}
DOUBTS = (
    *("no_end", "no_energy", "negative_energy", "too_much_energy", "overlap", "in_the_future", "duplicate"),
    *("unknown_token", "over_limit"),
)
SCOPE = (
    "(operator_id IS NOT NULL AND area_id IS NULL AND station_id IS NULL) OR "
    "(operator_id IS NULL AND area_id IS NOT NULL AND station_id IS NULL) OR "
    "(operator_id IS NULL AND area_id IS NULL)"
)


def upgrade() -> None:
    for name, kind in SESSION_COLUMNS.items():
        op.add_column("charging_session", sa.Column(name, kind, nullable=True))
    op.execute("ALTER TABLE charging_session ADD COLUMN version INTEGER DEFAULT 1 NOT NULL")
    connector = ["station_id", "charger_uid", "connector_number", "started_at"]
    op.create_index("ix_charging_session_connector", "charging_session", connector)
    op.create_index("ix_charging_session_check", "charging_session", ["status", "check_at"])
    op.create_table(
        "session_sample",
        _session(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("closing", sa.Boolean(), nullable=False),
        sa.Column("meter_wh", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        _owned("session_sample"),
        sa.PrimaryKeyConstraint("session_id", "at", "closing", name=op.f("pk_session_sample")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session_doubt",
        _session(),
        sa.Column(
            "doubt",
            sa.Enum(*DOUBTS, name="doubt", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("accepted_by", sa.String(254), nullable=True),
        _owned("session_doubt"),
        sa.PrimaryKeyConstraint("session_id", "doubt", name=op.f("pk_session_doubt")),
    )
    op.create_index("ix_session_doubt_open", "session_doubt", ["doubt", "accepted_at"])
    _tariff()


def _session() -> sa.Column[int]:
    return sa.Column("session_id", NUMBER, nullable=False)


def _owned(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["session_id"],
        ["charging_session.id"],
        name=op.f(f"fk_{table}_session_id_charging_session"),
        ondelete="CASCADE",
    )


def _tariff() -> None:
    prices = ("price_per_kwh", "price_per_session", "price_per_hour", "price_per_idle_hour", "vat_percent")
    op.create_table(
        "tariff",
        sa.Column("name", sa.String(100), nullable=False),
        *(sa.Column(f"{scope}_id", NUMBER, nullable=True) for scope in ("operator", "area", "station")),
        sa.Column("currency", sa.String(3), nullable=False),
        *(sa.Column(price, sa.BigInteger(), nullable=False) for price in prices),
        sa.Column("step_wh", sa.Integer(), nullable=False),
        sa.Column("max_price", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("valid_to", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{scope}_id"],
                [f"{scope}.id"],
                name=op.f(f"fk_tariff_{scope}_id_{scope}"),
                ondelete="RESTRICT" if scope == "operator" else "CASCADE",
            )
            for scope in ("operator", "area", "station")
        ),
        sa.CheckConstraint(SCOPE, name=op.f("ck_tariff_scope")),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_tariff_validity")),
        sa.CheckConstraint("price_per_kwh >= 0", name=op.f("ck_tariff_per_kwh")),
        sa.CheckConstraint("price_per_session >= 0", name=op.f("ck_tariff_per_session")),
        sa.CheckConstraint("price_per_hour >= 0", name=op.f("ck_tariff_per_hour")),
        sa.CheckConstraint("price_per_idle_hour >= 0", name=op.f("ck_tariff_per_idle_hour")),
        sa.CheckConstraint("vat_percent BETWEEN 0 AND 1000000", name=op.f("ck_tariff_vat")),
        sa.CheckConstraint("step_wh >= 1", name=op.f("ck_tariff_step")),
        sa.CheckConstraint("max_price >= 100", name=op.f("ck_tariff_max_price")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sqlite_autoincrement=True,
    )
    for scope in ("operator", "area", "station"):
        op.create_index(f"ix_tariff_{scope}", "tariff", [f"{scope}_id", "valid_from"])


def downgrade() -> None:
    for table in ("tariff", "session_doubt", "session_sample"):
        op.drop_table(table)
    op.drop_index("ix_charging_session_check", "charging_session")
    op.drop_index("ix_charging_session_connector", "charging_session")
    for column in ("version", *SESSION_COLUMNS):
        op.execute(f"ALTER TABLE charging_session DROP COLUMN {column}")
