import { fireEvent, screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { Account } from "@/shared/api/types";
import { account, event } from "../mock-api/account-builders";
import { variance } from "../mock-api/builders";
import { forecast } from "../mock-api/forecast-builders";
import { open } from "../support/screen";
import { API, problem, server } from "../support/server";

function answerWith(given: Partial<Account> = {}) {
  server.use(http.get(`${API}/accounts/:id`, () => HttpResponse.json(account(given))));
}

const section = async (title: string | RegExp) => within(await screen.findByRole("region", { name: title }));

describe("the account page", () => {
  it("explains the variance line by line, adding up", async () => {
    answerWith();
    open("/accounts/acct_0001");
    const why = await section("Why −5.10 %");
    expect(why.getByText("1,000,000 calls × 0.004 USD")).toBeTruthy();
    expect(why.getByText("−$120.00")).toBeTruthy();
    expect(why.getByText("$5,000.00")).toBeTruthy();
    expect(why.getByText("$4,745.00")).toBeTruthy();
    expect(why.getByText("−$255.00")).toBeTruthy();
    expect(why.queryByText("Not itemised")).toBeNull();
  });

  it("explains another period when it is chosen", async () => {
    answerWith();
    const { user } = open("/accounts/acct_0001");
    await section("Why −5.10 %");
    await user.selectOptions(screen.getByRole("combobox", { name: "Period" }), "2026-09-01");
    const why = await section("Why 0.00 %");
    expect(why.getByText("API calls, September")).toBeTruthy();
  });

  it("shows the age of each source, the forecast and how it was made", async () => {
    answerWith();
    open("/accounts/acct_0001");
    expect(await screen.findByText("Amplitude 3 min ago")).toBeTruthy();
    const part = await section(/quarter end, 31 Dec 2026/);
    expect(part.getByText("$17,024.00")).toBeTruthy();
    expect(part.getByText(/114 days, 1 Aug 2026 to 22 Nov 2026/)).toBeTruthy();
  });

  it.each([
    ["not_enough_history", /three complete months/],
    ["ended", /has ended/],
    ["no_rate_card", /no rate card/],
    ["cannot_judge", /stays out of projections/],
  ] as const)("says why there is no forecast: %s", async (status, words) => {
    answerWith({ forecast: forecast({ status, amount: null, low: null, high: null, metrics: [] }) });
    open("/accounts/acct_0001");
    expect((await section(/Usage value/)).getByText(words)).toBeTruthy();
  });

  it("puts the reason and the cure before every figure when it cannot be judged", async () => {
    answerWith({
      variance: variance({
        band: "cannot_judge",
        amount_minor: null,
        reasons: [{ code: "unlinked", source: "stripe", cure: "Link the customer of this source to the account." }],
      }),
      flagged: false,
    });
    open("/accounts/acct_0001");
    const banner = (await screen.findByText("This account cannot be judged.")).closest(".banner") as HTMLElement;
    expect(banner.textContent).toContain("Stripe is not linked to this account. Link the customer");
    const heading = screen.getByRole("heading", { level: 1 });
    expect(banner.compareDocumentPosition(heading) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
  });

  it("has no payments part for a role that does not see them", async () => {
    answerWith({ payments: null, status: null });
    open("/accounts/acct_0001");
    await section("Invoices");
    expect(screen.queryByRole("region", { name: "Payments" })).toBeNull();
  });

  it("reads the trend day by day and as a table", async () => {
    answerWith();
    const { user } = open("/accounts/acct_0001");
    const part = await section("Usage a day");
    const slider = part.getByRole("slider");
    fireEvent.change(slider, { target: { value: String(Number(slider.getAttribute("value")) + 1) } });
    expect(part.getByText(/24 Nov 2026: about [\d,]+ calls projected/)).toBeTruthy();
    await user.click(part.getByRole("button", { name: "Show as table" }));
    expect(part.getByRole("rowheader", { name: "22 Nov 2026" })).toBeTruthy();
  });

  it("folds routine runs of the timeline and fetches earlier entries", async () => {
    const routine = [1, 2, 3].map((day) => event({ occurred_at: `2026-10-0${day}T06:00:00Z` }));
    server.use(
      http.get(`${API}/accounts/:id/timeline`, ({ request }) =>
        new URL(request.url).searchParams.get("before")
          ? HttpResponse.json({ items: [event({ kind: "judged", title: "September flagged" })], next: null })
          : HttpResponse.json({ items: routine, next: "cursor" }),
      ),
    );
    const { user } = open("/accounts/acct_0001");
    const part = await section("Timeline");
    expect(await part.findByText("3 routine entries")).toBeTruthy();
    await user.click(part.getByRole("button", { name: "Show earlier" }));
    expect(await part.findByText("September flagged")).toBeTruthy();
  });

  it("says that an account is not there or not ours", async () => {
    server.use(http.get(`${API}/accounts/:id`, () => problem(404, "account_not_found", "No such account")));
    open("/accounts/other");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("No such account");
    expect(alert.textContent).toContain("not in your portfolio");
  });

  it("carries the disclaimer", async () => {
    answerWith();
    open("/accounts/acct_0001");
    const foot = await screen.findByText(/^Informational only/);
    expect(foot.textContent).toContain("Informational only, not an invoice or revenue recognition record (ASC 606)");
  });
});
