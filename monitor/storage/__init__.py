"""What is kept: audits, observations, findings, evidence, what the office stated, the outbox."""
