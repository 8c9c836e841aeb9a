"""Captures a microphone or line-in in a process of its own, only while somebody speaks."""
