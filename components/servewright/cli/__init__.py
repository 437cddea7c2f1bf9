"""
The commands, thin.
"""
