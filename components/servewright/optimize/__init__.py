"""
What would make a stack cheaper: which changes are worth a try, what each does, which of them go together. Pricing is passed in.
"""
