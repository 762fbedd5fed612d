"""Cells run in a fresh process, and what became of each is explained."""
