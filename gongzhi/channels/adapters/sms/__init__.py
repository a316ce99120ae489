"""Text messages by the county's provider, whose way of asking and answering is a file."""
