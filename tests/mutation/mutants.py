"""The guards, how each is taken out, and the tests that must notice.

A pattern must stand in its file exactly once. Whoever rewrites a guard moves its mutant along.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One guard removed: a small replacement in one file."""

    guard: str
    file: str
    pattern: str
    replacement: str
    tests: tuple[str, ...]


_FACTS = "tests/integration/reconciler/test_facts.py"
_BUS = "tests/integration/reconciler/test_bus.py"
_INGEST = "tests/integration/kit/test_ingest.py"
_SCOPE = "tests/integration/dashboard_api/test_scope.py"
_MATRIX = "tests/integration/dashboard_api/test_route_matrix.py"
_EACH_ROLE = f"{_MATRIX}::test_domain_rule_31_each_role_reaches_what_the_tables_say"
_AUDIT = "tests/integration/dashboard_api/test_audit.py"
_GUARD = "services/dashboard-api/src/dashboard_api/entrypoints/http/permissions.py"
_RECONCILER = "services/reconciler/src/reconciler"
_DASHBOARD = "services/dashboard-api/src/dashboard_api"
_EXPORTS = "tests/integration/dashboard_api/test_exports.py"
_CELLS = "tests/unit/dashboard_api/domain/exports/test_cells.py"
_SEND_FLAGS = "tests/integration/dashboard_api/test_send_flags.py"

MUTANTS: tuple[Mutant, ...] = (
    Mutant(
        guard="version-guard",
        file=f"{_RECONCILER}/adapters/fact_sql.py",
        pattern="    WHERE usage.version < excluded.version\n",
        replacement="    WHERE true\n",
        tests=(f"{_FACTS}::test_domain_rule_15_stale_version_does_not_overwrite",),
    ),
    Mutant(
        guard="version-guard-of-snapshots",
        file=f"{_RECONCILER}/adapters/fact_sql.py",
        pattern="    WHERE {table}.version < excluded.version\n",
        replacement="    WHERE true\n",
        tests=(f"{_FACTS}::test_everything_twice_and_out_of_order_is_the_same",),
    ),
    Mutant(
        guard="fence",
        file=f"{_RECONCILER}/adapters/facts.py",
        pattern="fresh = [one for one in accepted if one.record.offset >= fences[one.record.partition]]",
        replacement="fresh = list(accepted)",
        tests=(f"{_FACTS}::test_fence_drops_redelivered_records",),
    ),
    Mutant(
        guard="acknowledge-after-commit",
        file="libs/kit/src/trueup_kit/consumer.py",
        pattern="else AckPolicy.NACK_ON_ERROR",
        replacement="else AckPolicy.ACK_FIRST",
        tests=(f"{_BUS}::test_offset_is_committed_only_after_the_transaction",),
    ),
    Mutant(
        guard="scope-in-the-query",
        file=f"{_DASHBOARD}/adapters/portfolio_sql.py",
        pattern="    filters = [scope_predicate(principal, arguments)]\n",
        replacement='    filters = ["true"]\n',
        tests=(f"{_SCOPE}::test_domain_rule_31_portfolio_scope_is_in_the_query",),
    ),
    Mutant(
        guard="lease-while-publishing",
        file="libs/kit/src/trueup_kit/leases.py",
        pattern='_LOCK = "SELECT token FROM leases WHERE scope = $1 AND owner = $2 AND token = $3 FOR UPDATE"',
        replacement="_LOCK = \"SELECT token FROM leases WHERE scope = $1 AND $2::text <> '' AND $3::bigint > 0 FOR UPDATE\"",
        tests=(f"{_INGEST}::test_a_lease_lost_while_publishing_leaves_what_the_successor_remembers",),
    ),
    Mutant(
        guard="signature-check",
        file="services/stripe-webhooks/src/stripe_webhooks/domain/signature.py",
        pattern="    if not any(fits):\n",
        replacement="    if not fits:\n",
        tests=(
            "tests/unit/stripe_webhooks/domain/test_signature.py::test_one_flipped_bit_is_refused",
            "tests/unit/stripe_webhooks/usecases/test_accept.py::test_what_is_not_proven_is_refused",
        ),
    ),
    Mutant(
        guard="signature-age",
        file="services/stripe-webhooks/src/stripe_webhooks/domain/signature.py",
        pattern="    if timestamp_s < now_s - TOLERANCE_S:\n",
        replacement="    if timestamp_s < 0:\n",
        tests=("tests/unit/stripe_webhooks/domain/test_signature.py::test_age_is_bounded_on_both_sides",),
    ),
    Mutant(
        guard="a-lost-sender-is-unknown",
        file=f"{_DASHBOARD}/adapters/flags.py",
        pattern="SET state = 'unknown', reason = 'sender_lost'",
        replacement="SET state = 'queued', reason = 'sender_lost'",
        tests=(
            f"{_SEND_FLAGS}::test_killed_between_claim_and_sending",
            f"{_SEND_FLAGS}::test_killed_between_sending_and_writing_it_down",
        ),
    ),
    Mutant(
        guard="no-answer-is-unknown",
        file=f"{_DASHBOARD}/adapters/slack.py",
        pattern='    return Unclear("timeout" if isinstance(error, TimeoutError) else "connection_lost")\n',
        replacement='    return Later("timeout")\n',
        tests=("tests/unit/dashboard_api/adapters/test_slack.py::test_a_silent_server_is_unclear",),
    ),
    Mutant(
        guard="one-issue-one-recipient-once",
        file=f"{_DASHBOARD}/adapters/flags.py",
        pattern="    AND (state IN ('queued', 'sending') OR state = 'sent'",
        replacement="    AND (state IN ('queued', 'sending') OR false AND state = 'sent'",
        tests=("tests/integration/dashboard_api/test_flags.py::test_an_issue_goes_to_a_recipient_once",),
    ),
    Mutant(
        guard="no-mention-in-a-flag",
        file=f"{_DASHBOARD}/domain/flag_message.py",
        pattern='.replace("<", "&lt;")',
        replacement="",
        tests=(
            "tests/unit/dashboard_api/domain/test_flag_message.py::test_nothing_in_slack_is_a_mention_a_link_or_too_long",
        ),
    ),
    Mutant(
        guard="export-quota",
        file=f"{_DASHBOARD}/adapters/exports.py",
        pattern="used_at = now() WHERE quota.used + $2 <= $3\n",
        replacement="used_at = now()\n",
        tests=(f"{_EXPORTS}::test_parallel_exports_never_release_more_than_the_limit",),
    ),
    Mutant(
        guard="export-is-handed-out-once",
        file=f"{_DASHBOARD}/adapters/exports.py",
        pattern="AND downloaded_at IS NULL AND expires_at > now()",
        replacement="AND expires_at > now()",
        tests=(f"{_EXPORTS}::test_of_two_downloads_at_once_one_gets_the_file",),
    ),
    Mutant(
        guard="export-is-its-makers-own",
        file=f"{_DASHBOARD}/adapters/exports.py",
        pattern="WHERE export_id = $1 AND user_name = $2 AND downloaded_at",
        replacement="WHERE export_id = $1 AND $2::text IS NOT NULL AND downloaded_at",
        tests=(f"{_EXPORTS}::test_a_file_is_its_makers_own_and_does_not_wait_for_ever",),
    ),
    Mutant(
        guard="one-foreign-account-refuses-the-whole-export",
        file=f"{_DASHBOARD}/usecases/exports.py",
        pattern="    if set(client_ids) != set(known):\n",
        replacement="    client_ids = [each for each in client_ids if each in known]\n    if not client_ids:\n",
        tests=(f"{_EXPORTS}::test_one_foreign_account_refuses_the_whole",),
    ),
    Mutant(
        guard="no-formula-in-a-cell",
        file=f"{_DASHBOARD}/domain/exports/cells.py",
        pattern="neutralised(value).replace(",
        replacement="value.replace(",
        tests=(f"{_CELLS}::test_domain_rule_32_no_text_starts_like_a_formula_however_the_file_is_split",),
    ),
    Mutant(
        guard="outcomes-by-version",
        file=f"{_DASHBOARD}/adapters/retries.py",
        pattern="AND settled_version < $12 AND {_OPEN}",
        replacement="AND $12::bigint > 0 AND {_OPEN}",
        tests=("tests/integration/dashboard_api/test_settled.py::test_outcomes_move_forward_only",),
    ),
    Mutant(
        guard="final-never-changes",
        file=f"{_DASHBOARD}/adapters/retries.py",
        pattern="AND settled_version < $12 AND {_OPEN}",
        replacement="AND settled_version < $12",
        tests=("tests/integration/dashboard_api/test_settled.py::test_outcomes_move_forward_only",),
    ),
    Mutant(
        guard="one-key-one-confirmation",
        file=f"{_DASHBOARD}/usecases/retries.py",
        pattern="    if used.fingerprint != wanted.fingerprint:\n",
        replacement="    if False and used.fingerprint != wanted.fingerprint:\n",
        tests=("tests/integration/dashboard_api/test_retries.py::test_a_key_is_for_one_confirmation",),
    ),
    Mutant(
        guard="paid-in-the-ledger",
        file=f"{_DASHBOARD}/domain/retries.py",
        pattern="    if gateway.ledger_remaining_minor <= 0:\n",
        replacement="    if gateway.ledger_remaining_minor < -1:\n",
        tests=("tests/unit/dashboard_api/domain/test_retries.py::test_paid_in_the_ledger",),
    ),
    Mutant(
        guard="permission-check",
        file=_GUARD,
        pattern="        if permission is None or not principal.may(permission):\n",
        replacement="        if permission is None:\n",
        tests=(_EACH_ROLE,),
    ),
    Mutant(
        guard="scope-of-a-role",
        file=f"{_DASHBOARD}/domain/access.py",
        pattern="        return SCOPES[self.role]\n",
        replacement="        return Scope.ALL\n",
        tests=(_EACH_ROLE,),
    ),
    Mutant(
        guard="forgery-check",
        file=_GUARD,
        pattern="        if request.method not in SAFE_METHODS:\n            self._refuse_forgery(request)\n",
        replacement="",
        tests=(f"{_MATRIX}::test_a_session_needs_the_header_against_forgery_to_act",),
    ),
    Mutant(
        guard="read-only-mode",
        file=_GUARD,
        pattern="        self._refuse_while_read_only(request.method, route.path)\n",
        replacement="",
        tests=("tests/integration/dashboard_api/test_read_only.py::test_every_action_is_off",),
    ),
    Mutant(
        guard="read-only-mode-lets-people-out",
        file=_GUARD,
        pattern=" and (method, path) not in UNTOUCHED_BY_READ_ONLY:",
        replacement=":",
        tests=("tests/integration/dashboard_api/test_read_only.py::test_people_can_still_be_got_out",),
    ),
    Mutant(
        guard="token-expiry",
        file=f"{_DASHBOARD}/adapters/tokens.py",
        pattern='            options={"require": ["exp", "iat", "iss", "aud", "sub"]},\n',
        replacement='            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_exp": False},\n',
        tests=(f"{_MATRIX}::test_nobody_gets_in_without_a_valid_login_and_a_role",),
    ),
    Mutant(
        guard="audit-seal-of-an-entry",
        file=f"{_DASHBOARD}/domain/audit_chain.py",
        pattern='    return not sealed or hmac.compare_digest(seal_entry(key, entry.hash), entry.seal or b"")\n',
        replacement="    return True\n",
        tests=("tests/unit/dashboard_api/domain/test_audit_damage.py",),
    ),
    Mutant(
        guard="audit-head-before-writing",
        file=f"{_DASHBOARD}/adapters/audit.py",
        pattern="        if not holds(key, head):\n",
        replacement="        if head.seq < 0:\n",
        tests=(f"{_AUDIT}::test_nothing_is_written_onto_a_damaged_end",),
    ),
)
