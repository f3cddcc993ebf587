"""livernet: liver-fibrosis staging and liver segmentation from one ultrasound B-mode image."""

__version__ = "0.1.0"
