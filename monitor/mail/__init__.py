"""Letters: to whom and when, the message as it goes out, and the server that takes it."""
