"""
What other programs say of themselves: previews and exports of Pulumi's command line, as records.
"""
