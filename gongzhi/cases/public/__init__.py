"""The public site of this room: speaking up, the course of a voice, and what everybody may read."""
