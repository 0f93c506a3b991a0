"""former states kept by triggers, preferences, saved views, uploads, settings of the site

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The columns that decide who sees what, by table.
PAST = {
    "station": ("area_id", "visible", "status"),
    "area": ("operator_id",),
    "operator": ("status",),
    "driver": ("status",),
}
SITE_COLUMNS = {
    "locale": sa.String(length=16),
    "timezone": sa.String(length=64),
    "currency": sa.String(length=3),
    "tile_url": sa.String(length=500),
    "tile_attribution": sa.String(length=300),
    "logo": sa.LargeBinary(),
    "logo_type": sa.String(length=40),
    "mail_from": sa.String(length=254),
    "mail_host": sa.String(length=253),
    "mail_user": sa.String(length=254),
    "updated_at": sa.DateTime(timezone=True),
}
# In words of SQL, because a CHECK cannot be added afterwards on SQLite.
SITE_CHECKED = (
    "mail_port INTEGER CONSTRAINT ck_site_settings_mail_port CHECK (mail_port BETWEEN 1 AND 65535)",
    "mail_security VARCHAR(20) DEFAULT 'starttls' NOT NULL "
    "CONSTRAINT ck_site_settings_mailsecurity CHECK (mail_security IN ('none', 'starttls', 'tls'))",
    "version INTEGER DEFAULT 1 NOT NULL",
)


def upgrade() -> None:
    op.create_table(
        "driver_past",
        sa.Column("driver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "disabled",
                name="driverstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["driver_id"], ["driver.id"], name=op.f("fk_driver_past_driver_id_driver"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_driver_past")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("driver_past", schema=None) as batch_op:
        batch_op.create_index("ix_driver_past_until", ["driver_id", "until"], unique=False)

    op.create_table(
        "operator_past",
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "disabled",
                "archived",
                name="operatorstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["operator.id"],
            name=op.f("fk_operator_past_operator_id_operator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_past")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("operator_past", schema=None) as batch_op:
        batch_op.create_index("ix_operator_past_until", ["operator_id", "until"], unique=False)

    op.create_table(
        "area_past",
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("operator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name=op.f("fk_area_past_area_id_area"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_past")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("area_past", schema=None) as batch_op:
        batch_op.create_index("ix_area_past_until", ["area_id", "until"], unique=False)

    op.create_table(
        "preference",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column(
            "theme",
            sa.Enum(
                "auto", "light", "dark", name="theme", native_enum=False, create_constraint=True, length=20
            ),
            nullable=False,
        ),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_preference_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_preference")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "saved_view",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "account_id", "endpoint", "name", name=op.f("uq_saved_view_account_id_endpoint_name")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_upload_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_account_id"), ["account_id"], unique=False)

    op.create_table(
        "station_past",
        sa.Column("station_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "available",
                "unavailable",
                "planned",
                "closed",
                name="stationstatus",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"],
            ["station.id"],
            name=op.f("fk_station_past_station_id_station"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_past")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("station_past", schema=None) as batch_op:
        batch_op.create_index("ix_station_past_until", ["station_id", "until"], unique=False)

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index("ix_audit_event_parent", ["parent_id"], unique=False)

    with op.batch_alter_table("driver", schema=None) as batch_op:
        batch_op.add_column(sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_valid_to", ["operator_id", "valid_to"], unique=False)

    for name, kind in SITE_COLUMNS.items():
        op.add_column("site_settings", sa.Column(name, kind, nullable=True))
    for words in SITE_CHECKED:
        op.execute(f"ALTER TABLE site_settings ADD COLUMN {words}")
    keep_former_states()


def keep_former_states() -> None:
    """After a change of one of these columns the former values go to the table of the past, in every way of writing."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    differs = "IS NOT" if sqlite else "IS DISTINCT FROM"
    for table, columns in PAST.items():
        changed = " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)
        names = ", ".join(columns)
        old = ", ".join(f"OLD.{column}" for column in columns)
        insert = (
            f"INSERT INTO {table}_past ({table}_id, {names}, until) VALUES (OLD.id, {old}, NEW.updated_at);"  # noqa: S608 - our own names
        )
        trigger = f"CREATE TRIGGER {table}_keeps_its_past AFTER UPDATE OF {names} ON {table} FOR EACH ROW WHEN ({changed})"
        if sqlite:
            op.execute(f"{trigger} BEGIN {insert} END")
            continue
        op.execute(
            f"CREATE FUNCTION {table}_keep_past() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {insert} RETURN NULL; END $$"
        )
        op.execute(f"{trigger} EXECUTE FUNCTION {table}_keep_past()")


def downgrade() -> None:
    # Plain DROP COLUMN: remaking a table on SQLite would empty those that refer to it.
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in PAST:
        op.execute(f"DROP TRIGGER {table}_keeps_its_past" + (f" ON {table}" if postgresql else ""))
        if postgresql:
            op.execute(f"DROP FUNCTION {table}_keep_past()")
    for column in (*(words.split()[0] for words in SITE_CHECKED), *SITE_COLUMNS):
        op.execute(f"ALTER TABLE site_settings DROP COLUMN {column}")
    op.drop_index("ix_membership_valid_to", "membership")
    op.drop_index("ix_audit_event_parent", "audit_event")
    for table, column in (
        ("login_session", "seen_at"),
        ("driver", "anonymised_at"),
        ("audit_event", "parent_id"),
    ):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in ("upload", "saved_view", "preference", *(f"{table}_past" for table in PAST)):
        op.drop_table(table)
