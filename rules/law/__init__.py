"""What binds on a day: an act in force, its wording and its numbers, and the working calendar."""
