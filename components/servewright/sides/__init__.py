"""
What the two sides of a comparison are made of: specs, folders of stacks, git refs, previews. This stage reads files and asks git.
"""
