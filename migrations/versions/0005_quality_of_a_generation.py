"""The quality that a generation was started with; processes of the version before go on beside it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# NOT VALID: the rows there are have no quality, so nobody has to wait while all of them are read.
UPGRADE = """
ALTER TABLE generations ADD quality text;
ALTER TABLE generations ADD CONSTRAINT generations_quality_check
    CHECK (quality IN ('low', 'medium', 'high')) NOT VALID;
"""

DOWNGRADE = "ALTER TABLE generations DROP quality"


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
