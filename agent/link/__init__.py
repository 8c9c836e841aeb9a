"""Bytes in and out: MQTT and media over HTTPS. Verifies no document."""
