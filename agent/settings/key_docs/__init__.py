"""The meaning of each key of station.yaml, in Vietnamese and English, with an example."""
