"""The centre: keys, signing, publishing, collecting, and the demonstration."""
