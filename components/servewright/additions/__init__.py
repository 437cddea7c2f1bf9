"""
What a team adds to the catalogue: rows of models, derived from their config.json, and digests of images, as a registry gave them.
"""
