"""Computes the timeline from documents, policy and the present moment. Pure."""
