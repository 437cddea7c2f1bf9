"""
What must hold before a stack goes out: rules over what is registered, and the list of production readiness over plan and resources.
"""
