"""
What was really paid: exports of actual spend, held against the bill, with its trend and what the month will come to.
"""
