import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { CalibrationItem } from "@/shared/api/types";
import { me } from "../mock-api/builders";
import { open } from "../support/screen";
import { API, server } from "../support/server";

const LAST: NonNullable<CalibrationItem["last"]> = {
  from_day: "2026-11-01",
  to_day: "2026-11-14",
  reference: "1834500",
  metered: "1625367",
  drift_percent: "-11.40",
  limit_percent: 7,
  verdict: "over",
  origin: "csv",
  taken_by: "adam",
  taken_at: "2026-11-15T09:00:00Z",
  judged_at: "2026-11-15T09:00:02Z",
  cleared_by: null,
  cleared_at: null,
  cleared_reason: null,
};
const OFF: CalibrationItem = { metric: "api_calls", state: "off", due_on: "2026-11-29", is_due: false, last: LAST };
const NEVER: CalibrationItem = { metric: "storage_gb", state: "never", due_on: "2026-11-24", is_due: true, last: null };

function arrange(items: CalibrationItem[] = [OFF, NEVER], has_database = false) {
  server.use(
    http.get(`${API}/me`, () => HttpResponse.json(me({ permissions: [...me().permissions, "calibration.manage"] }))),
    http.get(`${API}/calibrations`, () => HttpResponse.json({ items, interval_days: 14, has_database })),
  );
  return open("/calibration");
}

const result = (given: object) => ({
  dry_run: true,
  applied: false,
  rows: 1,
  added: 1,
  changed: 0,
  removed: 0,
  unchanged: 0,
  changes: [
    {
      key: "api_calls 2026-11-01",
      change: "added",
      line: 2,
      fields: { from_day: [null, "2026-11-01"], to_day: [null, "2026-11-14"], count: [null, "1834500"] },
    },
  ],
  errors: [],
  errors_total: 0,
  ...given,
});

describe("calibration", () => {
  it("shows when each metric is due, how far it drifted and whether it is projected", async () => {
    arrange();
    const off = within(await screen.findByRole("row", { name: /API calls/ }, { timeout: 5000 }));
    expect(off.getByText("−11.40 %")).toBeTruthy();
    expect(off.getByText(/metered 1,625,367, counted 1,834,500; 7 % allowed/)).toBeTruthy();
    expect(off.getByText("Forecasting off")).toBeTruthy();
    expect(within(screen.getByRole("row", { name: /Storage/ })).getByText("due now")).toBeTruthy();
  });

  it("clears a metric only with a reason, and says what follows", async () => {
    const asked: unknown[] = [];
    server.use(
      http.post(`${API}/calibrations/api_calls/clear`, async ({ request }) => {
        asked.push(await request.json());
        return HttpResponse.json({ metric: "api_calls", state: "applying" }, { status: 202 });
      }),
    );
    const { user } = arrange();
    const button = await screen.findByRole("button", { name: "Clear API calls" }, { timeout: 5000 });
    await user.click(button);
    expect(asked).toEqual([]);
    await user.type(screen.getByRole("textbox", { name: /Why API calls/ }), "Meter fixed");
    await user.click(button);
    expect(await screen.findByText(/API calls is cleared; its forecasts follow/)).toBeTruthy();
    expect(asked).toEqual([{ reason: "Meter fixed" }]);
  });

  it("shows a file's counts before they are taken", async () => {
    const dry: (string | null)[] = [];
    server.use(
      http.post(`${API}/calibrations/csv`, async ({ request }) => {
        const mode = new URL(request.url).searchParams.get("dry_run");
        dry.push(mode);
        expect(await request.text()).toContain("api_calls,2026-11-01");
        return HttpResponse.json(result({ dry_run: mode === "true", applied: mode === "false" }));
      }),
    );
    const { user } = arrange();
    const file = new File(["metric,from_day,to_day,count\napi_calls,2026-11-01,2026-11-14,1834500\n"], "counts.csv");
    await user.upload(await screen.findByLabelText(/Counts as CSV/, {}, { timeout: 5000 }), file);
    expect(await screen.findByText("1 count would be taken")).toBeTruthy();
    expect(dry).toEqual(["true"]);
    await user.click(screen.getByRole("button", { name: "Take 1 count" }));
    expect(await screen.findByText(/1 count taken/)).toBeTruthy();
    expect(dry).toEqual(["true", "false"]);
  });

  it("names each line that is wrong, and offers nothing to take", async () => {
    const errors = [
      { line: 2, column: "metric", code: "unknown_metric", detail: "No usage of this metric is metered." },
    ];
    server.use(
      http.post(`${API}/calibrations/csv`, () => HttpResponse.json(result({ added: 0, changes: [], errors }))),
    );
    const { user } = arrange();
    await user.upload(
      await screen.findByLabelText(/Counts as CSV/, {}, { timeout: 5000 }),
      new File(["x"], "counts.csv"),
    );
    expect(await screen.findByText("Line 2: No usage of this metric is metered.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Take/ })).toBeNull();
  });

  it("asks the company's database only where there is one", async () => {
    arrange([OFF], true);
    expect(await screen.findByRole("button", { name: "Ask the database" }, { timeout: 5000 })).toBeTruthy();
    await waitFor(() => expect(screen.getByLabelText(/First day/)).toBeTruthy());
  });
});
