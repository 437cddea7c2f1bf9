"""
Pricers of plain AWS resources, one module per service.
"""
