"""What the child process works out each night from the warehouse, into small tables that pages read."""
