"""How Alembic runs the steps: on the connection, and in the transaction, that ``connections`` hands over.

From a shell (``alembic -c`` needs an ini file) nothing is run here; a database is brought up to
date whenever it is opened.
"""

from alembic import context

from termserver.database.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
