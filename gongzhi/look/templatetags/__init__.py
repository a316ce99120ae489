"""What templates may load from this room: `{% load look %}`."""
