"""A radio as it is heard: https, streams and HLS, stalls, the live edge, what fills in."""
