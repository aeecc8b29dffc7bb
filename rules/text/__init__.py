"""What a reader is told: the sentences of outcomes, and requirements explained."""
