"""
The component package as the engine starts it.
"""

from servewright.provider.stack_provider import run

run()
