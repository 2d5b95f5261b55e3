import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { account } from "../mock-api/account-builders";
import { me } from "../mock-api/builders";
import { made, quota } from "../mock-api/desk";
import { open } from "../support/screen";
import { API, server } from "../support/server";

const posted: unknown[] = [];

beforeEach(() => {
  posted.length = 0;
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:x");
  // Pressed for real it would take the whole page along.
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue();
  server.use(
    http.get(`${API}/exports/quota`, () => HttpResponse.json(quota())),
    http.post(`${API}/exports`, async ({ request }) => {
      posted.push(await request.json());
      return HttpResponse.json(made({ records: 10, format: "pdf", filename: "report.pdf" }), { status: 201 });
    }),
    http.get(`${API}/exports/exp_1/file`, () => new HttpResponse("%PDF-1.7")),
  );
});

const withInvoices = (invoices_total: number) =>
  server.use(http.get(`${API}/accounts/:id`, () => HttpResponse.json(account({ invoices_total }))));

describe("the exports of an account", () => {
  it("make a report and say what it will count", async () => {
    withInvoices(26);
    const { user } = open("/accounts/acct_0001");
    await user.click(await screen.findByRole("button", { name: "Report PDF" }));
    const panel = within(await screen.findByRole("dialog", { name: "Report PDF" }));
    expect(panel.getByText(/this account has 26 invoices/)).toBeTruthy();
    await user.click(panel.getByRole("button", { name: "Download" }));
    expect(await panel.findByText("report.pdf")).toBeTruthy();
    expect(panel.getByText("Downloaded, 10 records.")).toBeTruthy();
    expect(posted).toEqual([{ format: "pdf", client_ids: ["acct_0001"] }]);
  });

  it("say why there are no rows without invoices", async () => {
    withInvoices(0);
    const { user } = open("/accounts/acct_0001");
    await user.click(await screen.findByRole("button", { name: "Export CSV" }));
    expect(await screen.findByText(/There is no invoice/)).toBeTruthy();
  });

  it("offer all invoices, or the row of the grid", async () => {
    withInvoices(26);
    const { user } = open("/accounts/acct_0001");
    await user.click(await screen.findByRole("button", { name: "Export CSV" }));
    await user.click(await screen.findByRole("button", { name: "Download 26 records" }));
    await user.click(await screen.findByRole("button", { name: "Export something else" }));
    await user.click(screen.getByRole("radio", { name: /The row of the grid/ }));
    await user.click(screen.getByRole("button", { name: "Download 1 record" }));
    await screen.findByText(/^Downloaded/);
    expect(posted).toEqual([
      { format: "csv", client_ids: ["acct_0001"], detail: true },
      { format: "csv", client_ids: ["acct_0001"] },
    ]);
  });

  it("are not there in read-only mode, and neither is any other action", async () => {
    const permissions = [...me().permissions, "payments.retry", "flags.send"];
    server.use(http.get(`${API}/me`, () => HttpResponse.json(me({ permissions, read_only: true }))));
    open("/accounts/acct_0001");
    await screen.findByRole("heading", { level: 1 });
    expect(screen.getByText("Trueup is in read-only mode.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Report|Export|Retry|Flag/ })).toBeNull();
  });

  it("are not there for a role without them", async () => {
    server.use(http.get(`${API}/me`, () => HttpResponse.json(me({ permissions: ["self", "portfolio.read"] }))));
    open("/accounts/acct_0001");
    await screen.findByRole("heading", { level: 1 });
    expect(screen.queryByRole("button", { name: /Report|Export/ })).toBeNull();
  });
});
