"""
Draw a comment as a code host shows it, in light and in dark: `comment_picture.py COMMENT.md FOLDER` writes comment-light.png and -dark.png.

Needs Chromium on PATH. The pictures in docs/images are made with it from tests/golden/comments/mixed.md; the look is a style sheet of
our own, close to GitHub's.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

WIDTH = 940
COLOURS = {
    "light": {
        "page": "#ffffff",
        "text": "#1f2328",
        "quiet": "#59636e",
        "line": "#d1d9e0",
        "row": "#f6f8fa",
        "code": "#eff1f3",
        "plus": "#dafbe1",
        "minus": "#ffebe9",
        "hunk": "#ddf4ff",
    },
    "dark": {
        "page": "#0d1117",
        "text": "#f0f6fc",
        "quiet": "#9198a1",
        "line": "#3d444d",
        "row": "#151b23",
        "code": "#212830",
        "plus": "#12261e",
        "minus": "#25171c",
        "hunk": "#121d2f",
    },
}
STYLE = """
body{margin:0;background:var(--page);color:var(--text);font:14px/1.5 "Liberation Sans",Arial,sans-serif}
.box{margin:20px;border:1px solid var(--line);border-radius:6px}
.head{padding:8px 16px;background:var(--row);border-bottom:1px solid var(--line);border-radius:6px 6px 0 0;color:var(--quiet)}
.head b{color:var(--text)}
.head i{font-style:normal;font-size:12px;border:1px solid var(--line);border-radius:1em;padding:0 7px;margin-left:4px}
.body{padding:16px}
h3{margin:0 0 16px;font-size:17.5px;line-height:1.25}
p,ul,table,blockquote,pre{margin:0 0 16px}
ul{padding-left:2em}
table{border-collapse:collapse}
th,td{padding:6px 13px;border:1px solid var(--line)}
tr:nth-child(2n) td{background:var(--row)}
blockquote{padding:0 1em;color:var(--quiet);border-left:.25em solid var(--line)}
blockquote p{margin:0 0 8px}
blockquote p:last-child{margin:0}
code{font:85%/1.45 "DejaVu Sans Mono",monospace;background:var(--code);padding:.2em .4em;border-radius:6px}
pre{background:var(--row);padding:16px;border-radius:6px;overflow:auto}
pre code{background:none;padding:0;display:block}
pre span{display:block;white-space:pre}
.plus{background:var(--plus)}
.minus{background:var(--minus)}
.hunk{background:var(--hunk);color:var(--quiet)}
details{margin-bottom:16px}
summary{cursor:pointer;margin-bottom:8px}
sub{color:var(--quiet);font-size:12px;vertical-align:baseline}
"""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
KINDS = {"+": "plus", "-": "minus", "@": "hunk"}


def main(source: Path, folder: Path) -> None:
    """
    Draw *source* into *folder*.
    """
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _highlighted}).enable("table")
    shown = parser.render(source.read_text(encoding="utf-8")).replace("<details>", "<details open>")
    for name, colours in COLOURS.items():
        variables = "".join(f"--{part}:{colour};" for part, colour in colours.items())
        page = (
            f"<!doctype html><meta charset=utf-8><style>:root{{{variables}}}{STYLE}</style><div class=box><div class=head>"
            f"<b>github-actions</b><i>bot</i> commented</div><div class=body>{shown}</div></div>"
        )
        _draw(page, folder / f"comment-{name}.png")


def _highlighted(code: str, _language: str, _attributes: str) -> str:
    lines = code.replace("&", "&amp;").replace("<", "&lt;").splitlines()
    return "".join(f'<span class="{KINDS.get(line[:1], "")}">{line or " "}</span>' for line in lines)


def _draw(page: str, target: Path) -> None:
    with tempfile.TemporaryDirectory() as temp:
        html = Path(temp) / "page.html"
        # a first look tells how high the page is
        script = "<script>document.title=document.querySelector('.box').getBoundingClientRect().bottom</script>"
        html.write_text(page + script, encoding="utf-8")
        title = _browser(html, f"--window-size={WIDTH},600", "--dump-dom").partition("<title>")[2].partition("</title>")[0]
        html.write_text(page, encoding="utf-8")
        _browser(html, f"--window-size={WIDTH},{int(float(title)) + 20}", f"--screenshot={target}")


def _browser(html: Path, *flags: str) -> str:
    command = ["chromium", *FLAGS, f"--user-data-dir={html.parent}/profile", *flags, html.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own page


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
