"""Speed of tinytorch as ratios against raw NumPy, micrograd and PyTorch, measured in one run on one thread."""
