"""The one form of texts that people read: a catalogue from code to Vietnamese and English."""
