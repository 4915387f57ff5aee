"""What every route shares: bodies, documented problems, pictures, the state of the application."""
