"""Which poles hear each other, and in which groups they speak one after another."""
