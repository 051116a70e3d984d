"""What a simulated phone shows: marks and scenes as values, painted with Pillow, NumPy and OpenCV, cached by bytes."""
