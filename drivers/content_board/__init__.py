"""Boards that store what they show: the box sends a picture or a text by their own protocol."""
