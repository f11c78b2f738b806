"""The pages a person sees: consent and refusal. Plain HTML forms, no JavaScript.

Says on every page that this is a sandbox, in words of its own: nobody may take it for Datadog.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template

from aiohttp import web

from integrations.sandbox.registry import Client, Organisation
from integrations.sandbox.scopes import sentence

_FRAME = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
  :root { color-scheme: light dark; --ink: #24292f; --soft: #57606a; --line: #d0d7de;
    --paper: #ffffff; --ground: #f3f4f8; --accent: #5b3fa8; --warn: #fff4d6; --warn-ink: #573e00; }
  @media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #aab2bf; --line: #3b4250;
    --paper: #1c2028; --ground: #12151b; --accent: #8f74e0; --warn: #40330c;
    --warn-ink: #ffe9ae; } }
  body { margin: 0; background: var(--ground); color: var(--ink);
    font: 1rem/1.5 system-ui, sans-serif; }
  .sandbox { margin: 0; padding: .6rem 1rem; background: var(--warn); color: var(--warn-ink);
    text-align: center; }
  main { max-width: 34rem; margin: 2rem auto; padding: 1.5rem 2rem 2rem; background: var(--paper);
    border: 1px solid var(--line); border-radius: .75rem; }
  h1 { margin-top: 0; font-size: 1.4rem; line-height: 1.3; }
  ul { padding-left: 1.2rem; } li { margin: .4rem 0; } code, .soft { color: var(--soft); }
  code { font-size: .85em; overflow-wrap: anywhere; }
  form { display: flex; gap: .75rem; margin-top: 1.5rem; }
  button { flex: 1; padding: .7rem 1rem; border: 1px solid var(--accent); border-radius: .5rem;
    font: inherit; font-weight: 600; cursor: pointer; background: transparent; color: inherit; }
  button[value=authorize] { background: var(--accent); color: #fff; }
  button:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
</style>
</head>
<body>
<p class="sandbox"><strong>Sandbox of Datadog.</strong> A local stand-in for tests and demos;
nothing here reaches Datadog.</p>
<main>
$content
</main>
</body>
</html>
""")

_CONSENT = Template("""<h1>Authorize $client to access Datadog</h1>
<p>You are signed in to the organisation <strong>$organisation</strong> on
<strong>$site</strong>.</p>
<p><strong>$client</strong> asks to:</p>
<ul>
$scopes
</ul>
<p class="soft">You can take this back at any time in Organization Settings, OAuth Apps.</p>
<form method="post">
<button type="submit" name="decision" value="authorize">Authorize</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>""")


def _page(title: str, content: str, *, status: int = 200) -> web.Response:
    text = _FRAME.substitute(title=f"{escape(title)} - Datadog sandbox", content=content)
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def consent(client: Client, organisation: Organisation, scopes: Sequence[str]) -> web.Response:
    """Asks for a decision; the form posts to the page's own address."""
    rows = [f"<li>{escape(sentence(scope))} <code>{escape(scope)}</code></li>" for scope in scopes]
    site = organisation.address.site
    content = _CONSENT.substitute(
        client=escape(client.name),
        organisation=escape(organisation.name),
        site=escape(f"{site.label} ({organisation.address.host})"),
        scopes="\n".join(rows) or "<li>Nothing beyond knowing which organisation this is.</li>",
    )
    return _page(f"Authorize {client.name}", content)


def refusal(text: str) -> web.Response:
    """A request that must not be answered with a redirect, because its target is not trusted."""
    content = (
        "<h1>This authorization request cannot be answered</h1>"
        f"<p>{escape(text)}</p>"
        '<p class="soft">Go back to the application that sent you here and tell its makers.</p>'
    )
    return _page("Authorization error", content, status=400)
