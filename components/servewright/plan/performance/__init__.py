"""
How fast one replica is: step time, batching, queueing, with constants as data.
"""
