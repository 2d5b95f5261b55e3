import { describe, expect, it } from "vitest";
import { presets } from "@/features/portfolio/presets";
import { ageText, dueText, isDay, nearDayText, rangeText, today } from "@/shared/lib/dates";

describe("days", () => {
  it("knows which days exist", () => {
    expect(isDay("2026-02-28")).toBe(true);
    expect(isDay("2026-02-30")).toBe(false);
    expect(isDay("yesterday")).toBe(false);
    expect(isDay(undefined)).toBe(false);
  });

  it("says how late a due day is", () => {
    expect(dueText("2026-11-17", "2026-11-23")).toEqual({ text: "6 d late", tone: "late" });
    expect(dueText("2026-11-23", "2026-11-23").text).toBe("due today");
    expect(dueText("2026-11-24", "2026-11-23").tone).toBe("soon");
    expect(dueText("2026-12-24", "2026-11-23").tone).toBe("later");
  });

  it("takes today in the zone asked for", () => {
    const instant = new Date("2026-11-23T22:30:00Z");
    expect(today(instant, "Asia/Tokyo")).toBe("2026-11-24");
    expect(today(instant, "America/New_York")).toBe("2026-11-23");
  });

  it("names months and other ranges", () => {
    expect(rangeText({ start: "2026-10-01", end: "2026-11-01" })).toBe("October 2026");
    expect(rangeText({ start: "2026-12-01", end: "2027-01-01" })).toBe("December 2026");
    expect(rangeText({ start: "2026-09-03", end: "2026-10-03" })).toBe("3 Sep – 2 Oct 2026");
    expect(nearDayText("2027-01-05", "2026-11-23")).toContain("2027");
  });

  it("tells ages in words that grow", () => {
    const now = Date.parse("2026-11-23T12:00:00Z");
    expect(ageText("2026-11-23T11:59:40Z", now)).toBe("just now");
    expect(ageText("2026-11-23T11:57:00Z", now)).toBe("3 min ago");
    expect(ageText("2026-11-23T07:00:00Z", now)).toBe("5 h ago");
    expect(ageText("2026-11-20T12:00:00Z", now)).toBe("3 d ago");
    expect(ageText("2026-11-23T12:00:05Z", now)).toBe("just now");
  });
});

describe("presets", () => {
  it("are whole quarters, also across the year", () => {
    expect(presets("2026-11-23")).toEqual([
      { label: "This quarter", from: "2026-10-01", to: "2026-12-31" },
      { label: "Last quarter", from: "2026-07-01", to: "2026-09-30" },
      { label: "Next 30 days", from: "2026-11-23", to: "2026-12-23" },
    ]);
    expect(presets("2027-02-28")[1]).toEqual({ label: "Last quarter", from: "2026-10-01", to: "2026-12-31" });
  });
});
