"""From a signed envelope to the stations: checked, numbered, kept, answered."""
