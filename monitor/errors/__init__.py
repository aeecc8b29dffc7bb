"""What an operator is told of what went wrong."""
