import { describe, expect, it } from "vitest";
import { minorToDecimal, money, percent, plural, quantity, signedMoney, unitPrice } from "@/shared/lib/format";

describe("money", () => {
  it("shows the digits that the currency has", () => {
    expect(money({ amount_minor: 520_000, currency: "USD" })).toBe("$5,200.00");
    expect(money({ amount_minor: 520_000, currency: "JPY" })).toBe("¥520,000");
    expect(money({ amount_minor: 5, currency: "EUR" })).toBe("€0.05");
    expect(money({ amount_minor: 1_234, currency: "KWD" })).toContain("1.234");
  });

  it("is exact where a division would not be", () => {
    expect(minorToDecimal(9_007_199_254_740_991, 2)).toBe("90071992547409.91");
    expect(money({ amount_minor: 9_007_199_254_740_991, currency: "USD" })).toBe("$90,071,992,547,409.91");
  });

  it("keeps the sign", () => {
    expect(signedMoney({ amount_minor: 3500, currency: "USD" })).toBe("+$35.00");
    expect(signedMoney({ amount_minor: -3500, currency: "USD" })).toBe("−$35.00");
    expect(signedMoney({ amount_minor: 0, currency: "USD" })).toBe("$0.00");
  });
});

describe("percent and quantities", () => {
  it("signs a percentage and leaves its digits alone", () => {
    expect(percent("-5.10")).toBe("−5.10 %");
    expect(percent("7.00")).toBe("+7.00 %");
    expect(percent("0.00")).toBe("0.00 %");
    expect(percent("-0.00")).toBe("0.00 %");
  });

  it("groups decimal text without losing digits", () => {
    expect(quantity("123456789012345678.5")).toBe("123,456,789,012,345,678.5");
    expect(quantity("1834.5", 0)).toBe("1,835");
    expect(unitPrice("0.0125", "USD")).toBe("$0.0125");
    expect(unitPrice("2", "USD")).toBe("$2.00");
    expect(plural(1, "row")).toBe("1 row");
    expect(plural(1200, "row")).toBe("1,200 rows");
  });
});
