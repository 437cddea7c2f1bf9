"""
The recorders: what a program registers, as plain records.
"""
