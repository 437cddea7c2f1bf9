"""
A model's config.json, as the hub has it, read into the fields of a catalogue row. Nothing is guessed: what cannot be read is named.
"""
