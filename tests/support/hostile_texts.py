"""
Texts that break whoever splices them: into PromQL, JSON, YAML, a shell, a template, a terminal, a name.

The second half are legal words that a careless reader takes for something else: with them the fields that accept little are tried too.
"""

from __future__ import annotations

from typing import Final

BENIGN: Final = "benign-twin"
"""
What stands in the place of a hostile text in the structure that is compared with.
"""

HOSTILE: Final[dict[str, str]] = {
    "promql-or": '"} or vector(1) or x{y="',
    "promql-comment": 'x"}) # ',
    "promql-escape": 'a\\"b\\',
    "json-close": '"}],"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]',
    "json-key": '","admin":true,"x":"',
    "json-number": "1e999",
    "yaml-document": "a\n---\nkind: Secret\n",
    "yaml-field": "x\nowner: root",
    "yaml-flow": "{a: [b, c]}",
    "yaml-anchor": "&a *a !!python/object:os.system",
    "yaml-block": "|-\n  x",
    "yaml-comment": "x # y: z",
    "yaml-indicator": "- ? : @ `",
    "kubernetes-expansion": "$(HOME)$(POD_NAME)",
    "kubernetes-escape": "$$(HOME)",
    "shell-substitution": "$(touch /tmp/x)",
    "shell-variable": "${HOME}${IFS}x",
    "shell-backticks": "`id`",
    "shell-chain": "x; rm -rf / && reboot | cat > y",
    "shell-glob": "*?[a-z]~",
    "go-template": '{{ .Values.x }}{{ include "y" . }}',
    "jinja": "{% for x in y %}{{ x }}{% endfor %}",
    "format": "%s%n%d{0}{}%(x)s",
    "flag": "--trust-remote-code",
    "flag-value": "x --api-key=y",
    "quotes": "'\"\"\"'''",
    "newline": "a\r\nb\nc",
    "blank": "  a\t ",
    "nul": "a\x00b",
    "nul-escaped": "a\\u0000b%00c",
    "terminal": "\x1b[2J\x1b]0;x\x07",
    "right-to-left": "a\u202etxt.exe\u202c",
    "zero-width": "a\u200bb\u2060c\ufeff",
    "line-separator": "a\u2028b\u2029c\x85d",
    "homoglyph": "\u0430dmin\u0435",
    "combining": "Z\u0351\u036b\u0343\u0322\u0333",
    "emoji": "\U0001f600\U0001f3f3\ufe0f\u200d\U0001f308",
    "long": "x" * 10_000,
    "long-hostile": '"}$(x)' * 1500,
    "traversal": "../../../../etc/passwd",
    "address": "http://169.254.169.254/latest/meta-data",
    "pulumi-name": "a::b::aws:iam/user:User::c",
    "tag-filter": "user:x$y",
    "arn": "arn:aws:iam::123456789012:root",
    "xml": "<script>alert(1)</script>&amp;",
    "markup": "[bold red]x[/bold red]",
    "empty": "",
}

WORDS: Final[dict[str, str]] = {
    "null": "null",
    "true": "true",
    "yes": "y",
    "off": "off",
    "exponent": "1e3",
    "hexadecimal": "0x1F",
    "octal": "0o17",
    "sexagesimal": "12.30.45",
    "number": "007",
    "day": "2026-11-21",
    "underscore": "1_000",
    "infinity": "inf",
    "dots": "a..b",
    "dashes": "a--b",
    "looks-hashed": "benign-0a1b2c3d",
    "base": "x-base",
    "environment": "a-dev-prod",
    "mail": "o'brien+${x}|{{y}}`z`%s@example.com",
    "mail-flag": "--help@example.com",
    "bucket": "s3://bucket/a'b(c)!*=/x/meta-llama/Llama-3.2-1B-Instruct",
    "address": "http://x.y:1/a/../b",
    "key": "..",
    "tag": "a/b:c@d+e=f=g",
}
