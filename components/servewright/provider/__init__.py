"""
The component package for programs in other languages than Python: one component, whose schema is made from the spec.
"""
