"""
A page as text: the templates with their style and script, and a policy under which a browser runs and loads nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

if TYPE_CHECKING:
    from servewright.report.html.parts import Chart, Page

_TEMPLATES: Final = "templates"


def page(content: Page) -> str:
    """
    Return *content* as one HTML file. The same content gives the same bytes.
    """
    style, script = _asset("style.css"), _asset("sort.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; base-uri 'none'; form-action 'none'"
    # our own two files, byte for byte as they are hashed
    values = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    return _environment().get_template("page.html.j2").render(page=content, policy=policy, **values) + "\n"


def svg(chart: Chart) -> str:
    """
    Return *chart* as one SVG file that brings its style, for who wants the picture alone.
    """
    style = _asset("style.css")
    return _environment().get_template("picture.svg.j2").render(chart=chart, style=Markup(style)) + "\n"  # noqa: S704 - our own file


def clean(value: object) -> object:
    r"""
    Return a text for a page on one line: characters that are not shown, or that turn the text around them, are escaped.

    >>> clean("a" + chr(0x202E) + "b")
    'a\\u202eb'
    """
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(c if c.isprintable() else " " if c in "\n\t" else f"\\u{ord(c):04x}" for c in value)


def page_style() -> str:
    """
    Return the style sheet of every page.
    """
    return _asset("style.css")


def template_sources() -> dict[str, str]:
    """
    Return the text of each template by its name.
    """
    return {name: _asset(name) for name in _environment().list_templates() if name.endswith(".j2")}


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("servewright.report.html", _TEMPLATES),
        autoescape=True,
        finalize=clean,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    environment = _environment()
    if environment.loader is None:
        msg = "the environment has its loader"
        raise ValueError(msg)
    return environment.loader.get_source(environment, name)[0]
