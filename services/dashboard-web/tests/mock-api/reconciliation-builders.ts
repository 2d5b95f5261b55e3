/** A period with its receipt and explanation. */
import type { Reconciliation } from "@/shared/api/types";
import { october } from "./builders";

export function reconciliation(given: Partial<Reconciliation> = {}): Reconciliation {
  return {
    period: october,
    currency: "USD",
    expected_minor: 500_000,
    billed_minor: 474_500,
    amount_minor: -25_500,
    percent: "-5.10",
    band: "under_billed",
    due: true,
    offers: [],
    period_assumed: false,
    priced_by: "rate_card",
    explained: [
      {
        cause: "plan_change",
        amount_minor: -20_500,
        rule: "api_calls changed on 2026-10-16; the invoice bills it at 0.004 as if that had been at another time.",
        evidence: [
          { source: "quickbooks", ref: "quickbooks:invoice:501#1", text: "INV-501: API calls", amount_minor: 386_500 },
        ],
      },
      {
        cause: "unexplained",
        amount_minor: -5_000,
        rule: "None of the known causes accounts for it.",
        evidence: [],
      },
    ],
    unexplained_minor: -5_000,
    reasons: [],
    receipt: {
      expected: [
        {
          metric: "api_calls",
          unit: "calls",
          quantity: "1000000",
          unit_price: "0.004",
          component: "api_calls",
          kind: "per_unit",
          formula: "1,000,000 calls × 0.004 USD",
          amount_minor: 400_000,
          item_name: "API calls",
        },
        {
          metric: "messages_sent",
          unit: "messages",
          quantity: "50000",
          unit_price: "0.02",
          component: "messages_sent",
          kind: "per_unit",
          formula: "50,000 messages × 0.02 USD",
          amount_minor: 100_000,
          item_name: "Messages",
        },
      ],
      billed: [
        {
          document_id: "quickbooks:invoice:501",
          number: "INV-501",
          description: "API calls, October",
          quantity: "966250",
          unit_price: "0.004",
          amount_minor: 386_500,
          assumed: false,
        },
        {
          document_id: "quickbooks:invoice:501",
          number: "INV-501",
          description: "Messages, October",
          quantity: "50000",
          unit_price: "0.02",
          amount_minor: 100_000,
          assumed: false,
        },
      ],
      credits: [{ document_id: "quickbooks:credit_memo:77", number: "CM-77", amount_minor: 12_000 }],
      boundary: [
        "In Asia/Tokyo the period begins at another hour than the days of UTC: the last 9 h of 2026-08-31 belong here and count in the period before. That day has 41,200 calls.",
      ],
    },
    ...given,
  };
}
