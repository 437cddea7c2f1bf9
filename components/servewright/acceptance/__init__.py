"""
Whether a blueprint keeps what it promises: it loads, its examples cost what is expected, its bounds and locks hold, its page is whole.
"""
