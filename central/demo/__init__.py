"""The demonstration: the whole chain on loopback, with attacks, and a verdict."""
