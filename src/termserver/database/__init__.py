"""Tables, connections and migrations of all that is written: SQLite by default, or PostgreSQL.

The only room that knows SQLAlchemy and Alembic. Reading a release never needs it.
"""
