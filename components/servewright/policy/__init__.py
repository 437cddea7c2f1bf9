"""
The policy pack: the gates of a bill, held by `pulumi up` itself.
"""
