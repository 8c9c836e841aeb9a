"""Relays and power switches of amplifiers and loudspeaker lines."""
