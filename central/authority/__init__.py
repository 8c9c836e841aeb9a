"""Keys, the ceremony, and the authority's published files."""
