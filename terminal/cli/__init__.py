"""The commands of the program that stand on the core alone."""
