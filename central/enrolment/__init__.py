"""Boxes become stations: requests by code, certificates, renewal, revocation, replacement."""
