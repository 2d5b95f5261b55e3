import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Explained } from "@/features/account/explained";
import { reconciliation } from "../mock-api/reconciliation-builders";

const show = (one = reconciliation()) =>
  render(
    <MantineProvider>
      <table>
        <Explained one={one} currency="USD" />
      </table>
    </MantineProvider>,
  );

describe("where the variance comes from", () => {
  it("names each part with its rule, its rows and its signed amount", () => {
    show();
    const row = screen.getByRole("row", { name: /Plan change inside the period/ });
    expect(row.textContent).toContain("api_calls changed on 2026-10-16");
    expect(row.textContent).toContain("INV-501: API calls");
    expect(row.textContent).toMatch(/[−-].*205\.00/);
  });

  it("opens a long list of rows on demand", async () => {
    const evidence = Array.from({ length: 7 }, (_, place) => ({
      source: "amplitude",
      ref: `r${place}`,
      text: `row ${place}`,
      amount_minor: null,
    }));
    show(reconciliation({ explained: [{ cause: "late_usage", amount_minor: -5, rule: "Late.", evidence }] }));
    expect(screen.queryByText("row 6")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "2 more rows" }));
    expect(screen.getByText("row 6")).toBeTruthy();
  });

  it("says nothing where there is nothing to explain", () => {
    show(reconciliation({ explained: [] }));
    expect(screen.queryByText("Where the variance comes from")).toBeNull();
  });
});
