"""Documents: compiled, summarised, signed; and the media that they name."""
