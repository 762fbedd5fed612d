"""The side of the wall on which student code runs: standard library, NumPy, this folder, and exam, sheet and wire."""
