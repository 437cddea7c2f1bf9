"""
What it costs: registered resources to a bill. Imports no Pulumi.
"""
