"""
Run the command line: python -m servewright.
"""

from __future__ import annotations

from servewright.cli import main

if __name__ == "__main__":
    main()
