"""One audit: what is due, what is read, how it is judged, and what is told of the run."""
