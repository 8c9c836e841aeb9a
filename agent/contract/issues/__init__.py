"""Every kind of issue, by stable code, in two languages."""
