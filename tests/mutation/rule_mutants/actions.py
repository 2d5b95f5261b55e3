"""Rules 25 to 27 and 31 to 33, broken: what may be done, seen, exported and heard."""

from __future__ import annotations

from tests.mutation.rule_mutants.words import ACTIONS, DASHBOARD, STRIPE, rule

BROKEN = (
    rule(
        25,
        "what-is-not-open-is-paid",
        f"{DASHBOARD}/domain/retries.py",
        'if gateway.status != "open" or invoice.status in',
        "if invoice.status in",
        ACTIONS,
    ),
    rule(
        25,
        "the-schedule-does-not-matter",
        f"{DASHBOARD}/domain/retries.py",
        "near = planned is not None and abs(planned - now) <= policy.guard",
        "near = planned is not None and abs(planned - now) < 0 * policy.guard",
        ACTIONS,
    ),
    rule(
        26,
        "each-question-has-its-own-key",
        f"{STRIPE}/usecases/retry.py",
        "key=execution.attempt_id)",
        'key=f"{execution.attempt_id}-{asked.tries}")',
        "tests/unit/stripe_webhooks/usecases/test_retry.py",
    ),
    rule(
        27,
        "no-cap",
        f"{DASHBOARD}/domain/retries.py",
        "len(made) >= policy.attempts_max",
        "len(made) >= 10**6 * policy.attempts_max",
        ACTIONS,
    ),
    rule(
        27,
        "refused-counts",
        f"{DASHBOARD}/domain/retries.py",
        "if each.state is not State.REFUSED and each.requested_at > since]",
        "if each.requested_at > since]",
        ACTIONS,
    ),
    rule(
        31,
        "managers-see-all",
        f"{DASHBOARD}/adapters/portfolio_sql.py",
        "text.format(user=arguments.add(principal.user)) if principal.scope is Scope.OWN else text",
        "text if principal.scope is Scope.NONE else _SCOPED[Scope.ALL]",
        "tests/unit/dashboard_api/adapters/test_portfolio_sql.py",
    ),
    rule(
        32,
        "formulas-run",
        f"{DASHBOARD}/domain/exports/cells.py",
        "neutralised(value).replace(",
        "value.replace(",
        "tests/unit/dashboard_api/domain/exports/test_cells.py",
    ),
    rule(
        32,
        "one-limit-only",
        f"{DASHBOARD}/domain/exports/request.py",
        "return min(self.left, self.day_left)",
        "return self.left",
        "tests/unit/dashboard_api/domain/exports/test_request.py",
    ),
    rule(
        33,
        "everybody-hears-everything",
        f"{DASHBOARD}/usecases/live.py",
        "if principal.user in owners.get(client, set())}",
        "if owners is not None}",
        "tests/unit/dashboard_api/usecases/test_live.py",
    ),
    rule(
        33,
        "the-last-one-told-wins",
        f"{DASHBOARD}/usecases/live.py",
        "merged[client] = max(revision, merged.get(client, 0))",
        "merged[client] = revision",
        "tests/unit/dashboard_api/usecases/test_live.py",
    ),
)
