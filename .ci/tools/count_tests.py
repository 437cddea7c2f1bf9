"""
Add up the tests of several JUnit files and print one closing line; a failure in any of them is the exit status.
"""

import sys
from xml.etree import ElementTree as ET


def main(paths: list[str]) -> int:
    """
    Print "N passed, N failed, N skipped" over all *paths*.
    """
    suites = [suite for path in paths for suite in ET.parse(path).getroot().iter("testsuite")]  # noqa: S314 - pytest wrote them
    counts = {name: sum(int(suite.get(name, "0")) for suite in suites) for name in ("tests", "failures", "errors", "skipped")}
    failed = counts["failures"] + counts["errors"]
    print(f"{counts['tests'] - failed - counts['skipped']} passed, {failed} failed, {counts['skipped']} skipped")
    return 1 if failed or counts["skipped"] or not counts["tests"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
