"""State that the parts of a box share: one part writes each object and all read it."""
