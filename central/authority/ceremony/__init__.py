"""The ceremony: a change of who may sign what is drafted, signed, published and logged."""
