"""What runs by itself: nights, workers, and what watches them."""
