import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Attempt, RetryOffer } from "@/shared/api/actions";
import { attempt, decline, manager, offer, retryable } from "../../mock-api/action-builders";
import { FakeEventSource } from "../../support/fake-event-source";
import { accepted, confirm, freshTab, headButton, openConfirmation, serve, settles } from "../../support/retry";
import { open } from "../../support/screen";
import { API, server } from "../../support/server";

beforeEach(freshTab);

describe("the confirmation of a retry", () => {
  it("says what would be taken, from what, and what happened before", async () => {
    serve();
    const { panel } = await openConfirmation();
    for (const words of ["$5,200.00 USD", "Visa ···· 4242", "The bank refused the card.", "The client will be charged"])
      expect(panel.textContent).toContain(words);
    expect(panel.textContent).toContain("Attempts so far1");
  });

  it("takes the focus, closes on Escape and gives the focus back", async () => {
    serve();
    const { panel, user } = await openConfirmation();
    await waitFor(() => expect(document.activeElement).toBe(panel));
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("region", { name: /Retry the payment/ })).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(headButton()));
  });

  it("opens below the row that it was asked for in", async () => {
    serve();
    const { user } = open("/accounts/acct_0001");
    const table = await screen.findByRole("region", { name: "Invoices" });
    await user.click(within(table).getByRole("button", { name: "Retry payment of #INV-501" }));
    expect(within(table).getByRole("region", { name: /Retry the payment/ })).toBeTruthy();
  });
});

describe("a retry", () => {
  it("is one request with the amount seen, however often it is clicked", async () => {
    const posted = serve([accepted({ state: "succeeded", final: true })]);
    settles({ state: "succeeded", final: true });
    const { panel, user } = await openConfirmation();
    await user.dblClick(within(panel).getByRole("button", { name: "Charge $5,200.00" }));
    await screen.findByRole("region", { name: "Paid" });
    expect(posted).toHaveLength(1);
    expect(posted[0]).toMatchObject({ csrf: "1", body: { amount_minor: 520_000, currency: "USD" } });
    expect(posted[0]?.key?.length).toBeGreaterThanOrEqual(8);
  });

  it("says Retrying at once and Paid only when the server does", async () => {
    let state: Partial<Attempt> = { state: "processing" };
    serve([accepted()]);
    server.use(http.get(`${API}/payment-retries/:id`, () => HttpResponse.json(attempt(state))));
    await confirm();
    expect(await screen.findByRole("region", { name: "Retrying…" })).toBeTruthy();
    expect(screen.queryByText("Paid", { selector: ".in-place .word" })).toBeNull();
    expect(screen.getAllByRole("button", { name: "Retrying…" }).length).toBeGreaterThan(0);
    state = { state: "succeeded", final: true, settled_at: "2026-11-23T09:30:04Z" };
    const card = await screen.findByRole("region", { name: "Paid" });
    expect(card.textContent).toContain("$5,200.00 charged to Visa ···· 4242");
    expect(card.textContent).toContain("0199a1b2-attempt");
  });

  it.each<[string, Partial<Attempt>, RegExp[]]>([
    [
      "Payment failed",
      {
        state: "failed",
        failure: decline("card_declined"),
        text: "The payment did not go through: the card has not enough money on it. Trying again later may work.",
      },
      [/not enough money on it\. Trying again later may work/],
    ],
    [
      "Payment failed",
      { state: "failed", text: "The payment did not go through: the card has expired. Do not try this card again." },
      [/the card has expired/, /Do not try this card again/],
    ],
    [
      "The client must confirm",
      { state: "needs_customer", text: "The bank asks the client to confirm." },
      [/asks the client/],
    ],
    ["Already paid", { state: "already_paid", text: "It was paid before; nothing was charged." }, [/paid before/]],
    ["Not retried", { state: "refused", reason: "expired", text: "The request was too old to be begun." }, [/too old/]],
  ])("ends as %s", async (name, given, words) => {
    serve([accepted({ ...given, final: true })]);
    settles({ ...given, final: true });
    await confirm();
    const card = await screen.findByRole("region", { name });
    for (const word of words) expect(card.textContent).toMatch(word);
  });

  it("leads to the page where the client can confirm", async () => {
    const given = { state: "needs_customer", final: true, hosted_url: "https://pay.example.com/i/1" } as const;
    serve([accepted(given)]);
    settles(given);
    await confirm();
    const link = await screen.findByRole("link", { name: /where the client can confirm/ });
    expect(link.getAttribute("href")).toBe("https://pay.example.com/i/1");
  });

  it("never calls the unknown a failure, nor a success", async () => {
    serve([accepted({ state: "unknown" })]);
    settles({ state: "unknown" });
    await confirm();
    const card = await screen.findByRole("region", { name: "Not known yet" });
    expect(card.textContent).toContain("We do not know yet whether the client was charged.");
    expect(card.textContent).toContain("Do not try again by other means.");
    expect(within(card).queryByRole("button", { name: "Close" })).toBeNull();
  });

  it("says when a person must look it up", async () => {
    serve([accepted({ state: "unknown", needs_person: true })]);
    settles({ state: "unknown", needs_person: true });
    await confirm();
    const card = await screen.findByRole("region", { name: "Needs a person" });
    expect(card.textContent).toContain("a person must look the payment up in Stripe");
  });

  it("takes a state of a later version for unknown, not for a success", async () => {
    const given = { state: "sideways" as Attempt["state"], text: "Something newer." };
    serve([accepted(given)]);
    settles(given);
    await confirm();
    expect((await screen.findByRole("region", { name: "Sideways" })).textContent).toContain("Something newer.");
  });

  it("hears at once what the live stream tells of it", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    serve([accepted({ state: "processing" })]);
    settles({ state: "processing" });
    await confirm();
    await screen.findByRole("region", { name: "Retrying…" });
    await act(() => vi.advanceTimersByTimeAsync(10_500));
    settles({ state: "succeeded", final: true });
    act(() =>
      FakeEventSource.latest.say("retries", {
        type: "retries",
        changes: [{ id: attempt().id, client_id: "acct_0001" }],
      }),
    );
    await act(() => vi.advanceTimersByTimeAsync(1500));
    expect(screen.getByRole("region", { name: "Paid" })).toBeTruthy();
  });

  it("waits for Stripe's word when ten seconds were not enough, and still hears it", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    serve([accepted({ state: "processing" })]);
    settles({ state: "processing" });
    await confirm();
    const card = await screen.findByRole("region", { name: "Retrying…" });
    expect(card.textContent).toContain("Asking Stripe…");
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(card.textContent).toContain("Stripe has not confirmed yet; this page will say so when it does.");
    settles({ state: "succeeded", final: true });
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    expect(await screen.findByRole("region", { name: "Paid" })).toBeTruthy();
  });
});

describe("the button", () => {
  it.each<[RetryOffer["reason"], string]>([
    ["no_gateway_invoice", "This invoice has no Stripe invoice, so there is nothing to retry."],
    ["hard_decline_same_card", "The bank refused this card for good. Ask the client for another one."],
    ["scheduled_attempt_near", "Stripe tries by itself in 20 minutes."],
    ["source_stale", "Stripe has not been read for 20 minutes."],
    ["gateway_silent", "Stripe does not answer right now."],
    ["attempt_open", "A retry of this invoice is already running."],
    ["needs_person", "A person must look up the last attempt first."],
    ["read_only_mode", "Read-only mode is on."],
  ])("is off with the server's reason: %s", async (reason, text) => {
    const posted = serve([], offer({ allowed: false, reason, text }));
    const { user } = open("/accounts/acct_0001");
    await screen.findAllByText(text);
    expect(headButton().getAttribute("aria-disabled")).toBe("true");
    await user.click(headButton());
    expect(screen.queryByRole("region", { name: /Retry the payment/ })).toBeNull();
    expect(posted).toHaveLength(0);
  });

  it("does not exist for a role that may not retry, even where an invoice is overdue", async () => {
    serve([], null);
    server.use(
      http.get(`${API}/me`, () =>
        HttpResponse.json(manager({ role: "finance", permissions: ["portfolio.read", "payments.read"] })),
      ),
    );
    open("/accounts/acct_0001");
    await screen.findByRole("region", { name: "Invoices" });
    expect(screen.queryByRole("button", { name: /Retry payment|Flag issue/ })).toBeNull();
  });

  it("shows a retry that a colleague has begun", async () => {
    serve([], offer({ allowed: false, reason: "attempt_open", text: "A retry is already running." }));
    server.use(
      http.get(`${API}/accounts/:id`, () =>
        HttpResponse.json(
          retryable(offer({ allowed: false }), { payment_retries: [attempt({ requested_by: "Ben Brandt" })] }),
        ),
      ),
    );
    open("/accounts/acct_0001");
    expect((await screen.findByRole("region", { name: "Retrying…" })).textContent).toContain("asked by Ben Brandt");
    expect(within(screen.getByRole("region", { name: "Payment attempts" })).getByText("by Ben Brandt")).toBeTruthy();
  });
});
