"""From an approved issue to proof of who got it."""
