"""
What the user wants: the spec as written, its checks and its defaults.
"""
