"""What time excuses: terms from an act's entry into force, the age of a page, notices in days."""
