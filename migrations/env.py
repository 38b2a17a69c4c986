"""Run by Alembic; the engine comes from the application (storage/database.py), so there is no alembic.ini."""

from alembic import context

from grantapp.storage import cooperative, models
from grantapp.storage.columns import Base

# Importing them is what fills the metadata.
TABLES = (models, cooperative)

with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,  # SQLite can: a migration that is killed leaves the old tables, never half of the new
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
