"""Hot issues: what many people speak about, what was answered of it, and topics that no matter covers."""
