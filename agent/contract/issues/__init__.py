"""The issue catalogue: every kind of issue, by stable code, in two languages."""
