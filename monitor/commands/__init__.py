"""The work behind each command: arguments in, Russian lines out, an exit status back."""
