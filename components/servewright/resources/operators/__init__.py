"""
The operators that a stack installs: helm releases, their namespaces and what they may reach.
"""
