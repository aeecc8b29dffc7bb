"""What is asked for and decided: ordinary functions of a `Desk` and an `Ask`."""
