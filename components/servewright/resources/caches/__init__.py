"""
The stores behind gateway and engines: Valkey in the cluster, or ElastiCache.
"""
