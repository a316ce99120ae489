"""Why it rose, what moves with it, where cases wander, when and where things happen, and floods of like words."""
