"""The gateway of relays: a radio's stream over TLS in, the samples of a live voice out."""
