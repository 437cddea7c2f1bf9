"""
AWS's published offer files and spot feeds: what is read of them, and the rules that a price must pass before it takes the place of another.

    queries ──► Asked            which rows of which offer file are the price of which key of the catalogue
    offer file ──► Quote         row by row: a file of a gigabyte is never in memory
    rules ──► Found | Diagnostic one SKU per key, USD, no price of 0, whole tiers
    changes ──► Change           against what stands: nothing vanished, no jump of more than 30 %

Made from the published layout and never run against the live files: docs/refresh-prices.md says what that means.
"""
