"""
What lies outside: a hub of models and registries of images, over HTTP. The only code that opens a connection, and only when it is asked to.
"""
