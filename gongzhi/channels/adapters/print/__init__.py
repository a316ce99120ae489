"""Letters on paper: staff print, fold and post them, and say so."""
