"""
The Pulumi components that a plan becomes.
"""
