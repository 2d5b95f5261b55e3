"""Read each answer to "pay this invoice" wrongly, one at a time, and see that the test of its row fails.

`make mutate-retries` runs this; the table of answers is `stripe_webhooks.domain.pay_answers`, and every row of it has a test
named after it. Needs no server.
"""

from __future__ import annotations

import sys

from tests.mutation.guards import copy_of_tree, environment, run_all
from tests.mutation.mutants import Mutant

ANSWERS = "services/stripe-webhooks/src/stripe_webhooks/domain/pay_answers.py"
STATES = "services/stripe-webhooks/src/stripe_webhooks/domain/invoice_states.py"
TESTS = "tests/unit/stripe_webhooks/domain/test_pay_answers.py"
FLOW = "tests/unit/stripe_webhooks/usecases/test_retry.py"


def row(name: str, pattern: str, replacement: str, file: str = ANSWERS, tests: str = TESTS) -> Mutant:
    """A row read wrongly; its test has its name."""
    test = f"test_row_{name}" if tests == TESTS else name
    return Mutant(name.replace("_", "-"), file, pattern, replacement, (f"{tests}::{test}",))


MUTANTS = [
    row(
        "paid",
        '        return Outcome("succeeded", payment_id=_paid_by(invoice, lambda _: True))\n',
        '        return Outcome("already_paid")\n',
        STATES,
    ),
    row(
        "processing",
        '            case "processing":\n                return Outcome("processing"',
        '            case "processing":\n                return Outcome("succeeded"',
        STATES,
    ),
    row("declined", "    if answer.status == 402:\n", "    if answer.status == 499:\n"),
    row("action_required", "answer.code in ACTION_CODES or", "False or"),
    row("action_required_in_the_invoice", 'case "requires_action" if', 'case "requires_nothing" if', STATES),
    row("already_paid", "answer.status == 400 and _ALREADY_PAID", "answer.status == 499 and _ALREADY_PAID"),
    row("no_payment_method", "(_NO_METHOD.search(text) or", "(False or"),
    row("resource_missing", "    if answer.status == 404 and", "    if answer.status == 499 and"),
    row("lock_timeout", '"locked" if answer.code == "lock_timeout" else', '"locked" if False else'),
    row("rate_limited", "    if answer.status == 429:\n", "    if answer.status == 499:\n"),
    row("key_in_use", '_unclear(answer, "in_progress")', '_again(answer, "in_progress")'),
    row("idempotency_error", 'answer.kind == "idempotency_error"', "False"),
    row("not_let_in", "    if answer.status in {401, 403}:\n", "    if answer.status in {499}:\n"),
    row("server_error", "or answer.status >= 500:", "or answer.status >= 600:"),
    row(
        "no_answer",
        'return _unclear(answer, answer.trouble or "connection")',
        'return Verdict(Outcome("failed", answer.trouble), executed=False)',
    ),
    row(
        "test_the_customers_own_card_payment_just_after_a_silent_call_is_not_our_success",
        'return found if ours else Outcome("already_paid")',
        "return found",
        "services/stripe-webhooks/src/stripe_webhooks/usecases/retry.py",
        FLOW,
    ),
    row(
        "test_without_an_event_a_payment_is_nobodys_until_one_tells",
        "return False if told else None",
        "return False",
        "services/stripe-webhooks/src/stripe_webhooks/domain/attribution.py",
        FLOW,
    ),
    row(
        "test_paid_by_somebody_else_after_a_silent_call_is_not_our_success",
        '    return Outcome("succeeded", payment_id=payment_id) if payment_id else Outcome("already_paid")\n',
        '    return Outcome("succeeded", payment_id=payment_id)\n',
        STATES,
        FLOW,
    ),
    row(
        "test_our_own_mistake_calls_a_person",
        "if not execution.unclear or execution.asked_at is None:",
        "if execution.asked_at is None:",
        "services/stripe-webhooks/src/stripe_webhooks/domain/retries.py",
        FLOW,
    ),
    row(
        "test_paid_by_anything_else_is_not",
        "at is not None and called.since - SKEW <= at <= called.until + SKEW\n",
        "at is not None and called.since - SKEW <= at\n",
        STATES,
        "tests/unit/stripe_webhooks/domain/test_invoice_states.py",
    ),
    row(
        "test_a_changed_amount_makes_no_call",
        'return "amount_changed" if',
        "return None if",
        STATES,
        FLOW,
    ),
    row(
        "test_what_changed_after_a_silent_call_is_never_asked_again",
        "        if standing is not None:\n",
        "        if standing is not None and not execution.unclear:\n",
        "services/stripe-webhooks/src/stripe_webhooks/usecases/retry.py",
        FLOW,
    ),
    row(
        "test_a_payment_under_way_after_a_silent_call_is_waited_for_and_not_paid_beside",
        'found.state not in {"succeeded", "processing"} or',
        'found.state != "succeeded" or',
        "services/stripe-webhooks/src/stripe_webhooks/usecases/retry.py",
        FLOW,
    ),
    row(
        "test_after_23_hours_nothing_is_asked_again_and_a_person_is_called",
        "if execution.unclear and age > self.patience.ask_again:",
        "if False:",
        "services/stripe-webhooks/src/stripe_webhooks/usecases/retry.py",
        FLOW,
    ),
    row(
        "test_killed_between_any_two_steps_it_charges_at_most_once_and_ends",
        "pay(execution.gateway_invoice_id, key=execution.attempt_id)",
        'pay(execution.gateway_invoice_id, key=f"{execution.attempt_id}-{execution.claim}")',
        "services/stripe-webhooks/src/stripe_webhooks/usecases/retry.py",
        FLOW,
    ),
]


def main() -> int:
    """Run all, or those that are named; 0 when every wrong reading is noticed."""
    only = set(sys.argv[1:])
    chosen = [mutant for mutant in MUTANTS if not only or mutant.guard in only]
    if not chosen:
        print(f"no such row; there are: {', '.join(mutant.guard for mutant in MUTANTS)}")
        return 2
    with copy_of_tree() as tree:
        return run_all(tree, chosen, environment(tree, "", ""))


if __name__ == "__main__":
    sys.exit(main())
