"""The ceremony: who may sign what is drafted, signed by its holders apart, published, logged."""
