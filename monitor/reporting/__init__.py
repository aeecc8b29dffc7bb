"""What a report is made of: stored findings and facts, put together for the formats."""
