"""
A shelf of blueprints: every folder beside this file is one.
"""
