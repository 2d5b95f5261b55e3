import { expect, it } from "vitest";
import { reasonText } from "@/features/actions/flag/reasons";

it.each([
  ["recipient_refused", "the mail server does not know the recipient"],
  ["some_new_reason", "some new reason"],
  ["toString", "toString"],
])("%s is said in words", (code, text) => {
  expect(reasonText(code)).toBe(text);
});
