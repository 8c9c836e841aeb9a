"""A radio that the box pulls itself: a process with the network, a decoder without it."""
