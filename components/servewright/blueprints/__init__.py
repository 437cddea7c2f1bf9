"""
Blueprints: folders of specs that teams extend by name and version, on shelves, on disk and in a checkout's tags.
"""
