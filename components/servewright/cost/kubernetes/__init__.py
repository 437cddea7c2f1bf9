"""
Pricers of Kubernetes objects that make AWS resources, and reasons for those that make none.
"""
