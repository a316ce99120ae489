"""Public notices for loudspeakers and screens of a village, as plain text."""
