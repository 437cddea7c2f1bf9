"""
One file for each kind of change: what of it is worth a try for a stack.
"""
