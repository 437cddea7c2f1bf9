"""
Metrics, rules, dashboards and notifications of a stack.
"""
