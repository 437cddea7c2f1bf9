"""
What exists: GPUs, instance types, models, prices, versions, as tables with their sources.
"""
