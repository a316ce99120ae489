"""Further signals: what the site is searched for, counted without anybody's identity, and what sensors measure."""
