"""Who enters in bulk by habit: which matter by which source, since when, and how much of it."""
