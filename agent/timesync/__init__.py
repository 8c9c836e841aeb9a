"""Authenticated time: chrony under NTS, the centre's answers, the floor on the card."""
