"""The broker side of the centre: reports in, answers and documents out."""
