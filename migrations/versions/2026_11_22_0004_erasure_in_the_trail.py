"""one way only into the audit trail: personal data of an anonymised driver goes, and each entry says so

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSAL = "the audit trail is append-only"
# What no erasure touches: that something happened, when, through what, to which row, in whose tenant.
KEPT = (
    "id",
    "at",
    "actor_id",
    "via",
    "request_id",
    "action",
    "subject_type",
    "subject_id",
    "operator_id",
    "parent_id",
)
# The entry of an erasure that is younger than the one it changes.
ERASURE = "SELECT 1 FROM audit_event e WHERE e.id = NEW.erased_by AND e.id > OLD.id AND e.action = 'driver.anonymise'"


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("audit_event", sa.Column("erased_by", number, nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_update")
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in KEPT)
        op.execute(
            "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event "
            f"WHEN {changed} OR NOT EXISTS ({ERASURE}) BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    changed = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in KEPT)
    _replace_function(
        f"IF TG_OP = 'UPDATE' AND NOT ({changed}) AND EXISTS ({ERASURE}) THEN RETURN NEW; END IF; "
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_update")
        op.execute("ALTER TABLE audit_event DROP COLUMN erased_by")
        op.execute(
            "CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )
        return
    _replace_function("")
    op.drop_column("audit_event", "erased_by")


def _replace_function(exception: str) -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {exception}"
        f"RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
