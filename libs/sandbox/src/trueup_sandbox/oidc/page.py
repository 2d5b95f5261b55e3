"""The login page: who are you today?"""

from __future__ import annotations

from html import escape

from trueup_sandbox.oidc.users import ROLE_WORDS, USERS

_STYLE = """
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#16202c;--quiet:#5b6876;--line:#dfe4ea;--mark:#0b6e5b}
@media(prefers-color-scheme:dark){:root{--ground:#10161d;--card:#18212b;--ink:#e8edf2;--quiet:#9aa8b6;--line:#2a3643;--mark:#49c5a8}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);
color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:440px;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:32px}
h1{margin:0 0 4px;font-size:22px;letter-spacing:-.01em}p{margin:0 0 20px;color:var(--quiet);font-size:14px}
ul{list-style:none;margin:0;padding:0;display:grid;gap:8px}
button{width:100%;display:flex;align-items:center;gap:12px;padding:10px 12px;text-align:left;font:inherit;color:inherit;
background:none;border:1px solid var(--line);border-radius:10px;cursor:pointer}
button:hover,button:focus-visible{border-color:var(--mark);outline:2px solid var(--mark);outline-offset:-1px}
.mark{flex:none;width:34px;height:34px;border-radius:50%;display:grid;place-items:center;background:var(--mark);color:var(--card);font-weight:600}
.role{display:block;color:var(--quiet);font-size:13px}.login{margin-left:auto;color:var(--quiet);font:13px ui-monospace,monospace}
footer{margin-top:20px;padding-top:16px;border-top:1px solid var(--line);color:var(--quiet);font-size:13px}
"""


def login_page(fields: dict[str, str]) -> str:
    """The page; the hidden fields carry the authorization request."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    rows = "".join(
        f'<li><button name="user" value="{user.user}"><span class="mark" aria-hidden="true">{user.name[0]}</span>'
        f'<span>{escape(user.name)}<span class="role">{ROLE_WORDS[user.role]}</span></span>'
        f'<span class="login">{user.user}</span></button></li>'
        for user in USERS
    )
    return _frame(
        "Log in",
        f"<h1>Log in to Trueup</h1><p>Choose whom you want to be.</p>"
        f'<form method="post" action="authorize">{hidden}<ul>{rows}</ul></form>'
        "<footer>Development issuer: there are no passwords here. Production uses your own identity provider.</footer>",
    )


def message_page(title: str, text: str) -> str:
    """A page that only says something."""
    return _frame(title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def _frame(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Trueup</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main>{body}</main></body></html>"
    )
