"""A wrong reading of each row of "what Stripe may answer to pay": what the code that reads this row could get wrong.

Each is named after its row's test in the browser, `tests/e2e/retry.spec.ts`.
"""

from __future__ import annotations

from tests.mutation.mutants import Mutant

_SOURCE = "services/stripe-webhooks/src/stripe_webhooks"
_ANSWERS = f"{_SOURCE}/domain/pay_answers.py"
_STATES = f"{_SOURCE}/domain/invoice_states.py"
_FLOW = f"{_SOURCE}/usecases/retry.py"
_SPEC = ("tests/e2e/retry.spec.ts",)

_NO_ANSWER = '        return _unclear(answer, answer.trouble or "connection")\n'
_OWN_ERROR = "    if answer.kind is None or answer.status >= 500:\n"
_TOO_FAST = "    if answer.status == 429:\n"
_IN_USE = '        return _unclear(answer, "in_progress")\n'
_CUSTOMER = "    if answer.status in {400, 402} and (\n"
_CARD = "FailureSnapshot(answer.code, answer.decline_code, answer.advice_code, _short(answer.message))"
_FOUND_PAID = 'return found if ours else Outcome("already_paid")\n'
_NOT_OURS = 'return Outcome("already_paid")\n'
_FAILED = 'return Verdict(Outcome("failed"), executed=False)\n'
_SUCCEEDED = 'return Verdict(Outcome("succeeded"), executed=True)\n'


def _before(condition: str, reading: str, pattern: str) -> str:
    """The pattern, with one more reading in front of it."""
    return f"    if {condition}:\n        {reading}{pattern}"


def _silence(trouble: str, reading: str) -> str:
    """One kind of silence is taken for an answer."""
    return f'        if answer.trouble == "{trouble}":\n            {reading}{_NO_ANSWER}'


def _row(name: str, pattern: str, replacement: str, file: str = _ANSWERS) -> Mutant:
    return Mutant(name, file, pattern, replacement, _SPEC)


ROWS: tuple[Mutant, ...] = (
    _row(
        "200 paid",
        '        return Outcome("succeeded", payment_id=_paid_by(invoice, lambda _: True))\n',
        '        return Outcome("already_paid")\n',
        _STATES,
    ),
    _row(
        "200 open, processing",
        '            case "processing":\n                return Outcome("processing"',
        '            case "processing":\n                return Outcome("succeeded"',
        _STATES,
    ),
    _row(
        "402 card_declined",
        'Outcome("failed", failure=_failure(answer)',
        'Outcome("succeeded", failure=_failure(answer)',
    ),
    _row("402 expired_card", _CARD, 'FailureSnapshot("card_declined")'),
    _row("402 insufficient_funds", _CARD, "FailureSnapshot(answer.code, None, answer.advice_code)"),
    _row("402 do_not_try_again", _CARD, "FailureSnapshot(answer.code, answer.decline_code)"),
    _row("authentication_required", _CUSTOMER, f'    if answer.code != "authentication_required" and {_CUSTOMER[7:]}'),
    _row(
        "payment intent requires action",
        _CUSTOMER,
        f'    if answer.code == "authentication_required" and {_CUSTOMER[7:]}',
    ),
    _row(
        "400 invoice is already paid",
        'Outcome("unknown", "said_to_be_paid", request_id=answer.request_id), "read", executed=False)',
        'Outcome("succeeded"), executed=True)',
    ),
    _row("400 no payment method", "(_NO_METHOD.search(text) or", "(False or"),
    _row("404 resource_missing", "    if answer.status == 404 and", "    if answer.status == 499 and"),
    _row("429 lock_timeout", _TOO_FAST, _before('answer.code == "lock_timeout"', _FAILED, _TOO_FAST)),
    _row("429 rate limit", _TOO_FAST, _before('answer.code == "rate_limit"', _FAILED, _TOO_FAST)),
    _row("409 idempotency_key_in_use", _IN_USE, f"        {_FAILED}"),
    _row("400 idempotency_error", 'answer.kind == "idempotency_error"', "False"),
    _row("401 unauthorized", "answer.status in {401, 403}", "answer.status in {403}"),
    _row("403 forbidden", "answer.status in {401, 403}", "answer.status in {401}"),
    _row("5xx, nothing carried out", _OWN_ERROR, _before("answer.status >= 500", _FAILED, _OWN_ERROR)),
    _row("5xx, carried out", _FOUND_PAID, _NOT_OURS, _FLOW),
    _row("time-out, nothing carried out", _NO_ANSWER, _silence("timeout", _FAILED)),
    _row("time-out, carried out", _NO_ANSWER, _silence("timeout", _SUCCEEDED)),
    _row("connection cut before", _NO_ANSWER, _silence("connection", _SUCCEEDED)),
    _row("connection cut after", _NO_ANSWER, _silence("connection", _FAILED)),
    _row(
        "a code of a later version",
        'Outcome("failed", failure=failure, request_id=answer.request_id), "read"',
        'Outcome("succeeded", failure=failure), "read"',
    ),
)
