"""Wire formats as bytes in, packets out: no sockets, no timers."""
