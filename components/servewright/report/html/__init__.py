"""
The report as a page of its own: one HTML file with everything in it, which reads nothing from anywhere.

Python chooses the words and computes every figure and coordinate; the templates place them and compute nothing.
"""
