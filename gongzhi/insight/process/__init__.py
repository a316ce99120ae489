"""How work really runs against its procedure, and what a changed procedure would have done to last year's cases."""
