"""What the system asks for itself: when, once, and after whatever befell it."""
