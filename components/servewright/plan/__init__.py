"""
How much of what: the decisions, with reasons. Pure.
"""
