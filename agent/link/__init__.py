"""Bytes in and out: MQTT and media over HTTPS. No judgement."""
