"""Commands of `tramtin-central`, one file a group."""
