"""Alembic's migrations of the centre's database."""
