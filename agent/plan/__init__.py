"""Pure: documents, policy and now become a timeline."""
