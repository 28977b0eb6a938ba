"""What a start compares: which code may serve this schema, and which store has the pictures."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The newest migration that the oldest code knew which may go on serving beside this one.
oldest_code = "0011"

UPGRADE = """
-- Written after each migration, for code that does not know that migration.
CREATE TABLE schema_compatibility (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    oldest_code text NOT NULL
);
ALTER TABLE schema_compatibility ENABLE ROW LEVEL SECURITY;
ALTER TABLE schema_compatibility FORCE ROW LEVEL SECURITY;
CREATE POLICY schema_compatibility_all ON schema_compatibility USING (true) WITH CHECK (true);

-- The id of the store that has the pictures, which is in the store too.
CREATE TABLE picture_store (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id uuid NOT NULL
);
ALTER TABLE picture_store ENABLE ROW LEVEL SECURITY;
ALTER TABLE picture_store FORCE ROW LEVEL SECURITY;
CREATE POLICY picture_store_select ON picture_store FOR SELECT USING (true);
CREATE POLICY picture_store_insert ON picture_store FOR INSERT WITH CHECK (true);
"""

DOWNGRADE = """
DROP TABLE picture_store;
DROP TABLE schema_compatibility;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
