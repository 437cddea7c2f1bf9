"""
How it is said: values in, text out.
"""
