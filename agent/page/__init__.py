"""The status page: what it shows, who may press what, and the small server behind it."""
