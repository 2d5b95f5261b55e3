/** The one place where minor units become text. Everything before it carries `amount_minor` with its currency. */

const LOCALE = "en-US";
const MINUS = "−";
const formatters = new Map<string, Intl.NumberFormat>();

export interface Money {
  amount_minor: number;
  currency: string;
}

function currencyFormat(currency: string): Intl.NumberFormat {
  let found = formatters.get(currency);
  if (!found) {
    found = new Intl.NumberFormat(LOCALE, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    formatters.set(currency, found);
  }
  return found;
}

/** Digits after the point: 2 for USD, 0 for JPY. */
export function exponent(currency: string): number {
  return currencyFormat(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `123456`, 2 → `"1234.56"`: exact, no division. */
export function minorToDecimal(amount_minor: number, digits: number): Intl.StringNumericLiteral {
  const text = Math.abs(amount_minor)
    .toString()
    .padStart(digits + 1, "0");
  const whole = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
  return `${amount_minor < 0 ? "-" : ""}${whole}` as Intl.StringNumericLiteral;
}

/** `$5,200.00`; negative amounts with a real minus in front: `−$35.00`. */
export function money({ amount_minor, currency }: Money): string {
  const format = currencyFormat(currency);
  return format.format(minorToDecimal(amount_minor, exponent(currency))).replace("-", MINUS);
}

/** With its sign always shown: `+$35.00`, `−$35.00`, `$0.00`. */
export function signedMoney(amount: Money): string {
  return amount.amount_minor > 0 ? `+${money(amount)}` : money(amount);
}

/** `"-5.10"` → `−5.10 %`, `"7.00"` → `+7.00 %`. */
export function percent(text: string): string {
  if (/^-?0*\.?0*$/.test(text)) return "0.00 %";
  return `${text.startsWith("-") ? `${MINUS}${text.slice(1)}` : `+${text}`} %`;
}

/** Decimal text with groups, its digits kept up to `digits`: `"1834.5"` → `1,834.5`. */
export function quantity(text: string, digits = 6): string {
  const format = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: digits });
  return format.format(text as Intl.StringNumericLiteral).replace("-", MINUS);
}

/** For axes and cells where the magnitude is what matters: `12.4K`. */
export function shortQuantity(value: number): string {
  return new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** `1,200` */
export function count(value: number): string {
  return new Intl.NumberFormat(LOCALE).format(value);
}

/** `1 account`, `3 accounts`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A unit price keeps all its digits and shows at least those of its currency: `$0.0125`. */
export function unitPrice(text: string, currency: string): string {
  const digits = exponent(currency);
  const format = new Intl.NumberFormat(LOCALE, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: 12,
  });
  return format.format(text as Intl.StringNumericLiteral).replace("-", MINUS);
}
