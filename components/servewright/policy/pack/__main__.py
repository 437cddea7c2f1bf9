"""
The policy pack as the engine starts it.
"""

from servewright.policy.policies import run

run()
