"""
The gateway: its configuration, the hooks that run inside it, and its objects in the cluster.
"""
