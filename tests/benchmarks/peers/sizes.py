"""What makes the network, for those that build it without livernet and without PyTorch."""

PIECES = 2
DROPOUT, HEAD_DROPOUT, HEAD_WIDTH = 0.1, 0.5, 64
DEPTH, CLASSES, MASKS = 5, 3, 3
TERMS = (1.0, 0.5, 0.25)
"""Weights of the mask terms, fine to coarse; the class term has weight 1."""
MEAN, STD = 0.3, 0.2
"""What pictures are standardised with."""
