"""Board outputs, and the board process that draws."""
