"""The centre's database."""
