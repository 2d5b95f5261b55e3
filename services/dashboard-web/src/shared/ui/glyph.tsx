/**
 * The signs beside words, drawn rather than typed: which of them a computer has a font for is its own matter. A sign
 * that is not known here stays a character.
 */
import type { ReactNode } from "react";

const ring = <circle cx="8" cy="8" r="5.25" />;

const SIGNS: Record<string, ReactNode> = {
  "✓": <path d="m3 8.6 3.3 3.3L13 4.9" />,
  "×": <path d="m4.2 4.2 7.6 7.6M11.8 4.2l-7.6 7.6" />,
  "!": <path d="M8 2.6v6.8M8 12.9v.2" strokeWidth="2.4" />,
  "?": <path d="M5.2 5.6a2.8 2.8 0 1 1 4.2 2.5C8.5 8.6 8 9.1 8 10.2M8 13v.1" />,
  "–": <path d="M4 8h8" />,
  "…": <path d="M3.2 8h.1M8 8h.1M12.8 8h.1" strokeWidth="2.4" />,
  "•": <path d="M8 8h.1" strokeWidth="4.5" />,
  "○": ring,
  "◌": <circle cx="8" cy="8" r="5.25" strokeDasharray="2.3 3.2" />,
  "◐": (
    <>
      {ring}
      <path d="M8 2.75a5.25 5.25 0 0 0 0 10.5Z" fill="currentColor" stroke="none" />
    </>
  ),
  "◎": (
    <>
      {ring}
      <circle cx="8" cy="8" r="1.9" />
    </>
  ),
  "◉": (
    <>
      {ring}
      <circle cx="8" cy="8" r="2.6" fill="currentColor" stroke="none" />
    </>
  ),
  "◷": (
    <>
      {ring}
      <path d="M8 4.9V8h2.6" />
    </>
  ),
  "∅": (
    <>
      {ring}
      <path d="m12.6 3.4-9.2 9.2" />
    </>
  ),
  "≠": <path d="M3.5 6.2h9M3.5 10h9M10.4 3.4 5.6 12.8" />,
  "≈": <path d="M3 6.6c1.8-1.7 3.2-1.7 5 0s3.2 1.7 5 0M3 10.8c1.8-1.7 3.2-1.7 5 0s3.2 1.7 5 0" />,
  "↩": <path d="M6.6 3.4 3.2 6.8l3.4 3.4M3.6 6.8h6a3 3 0 0 1 0 6H7.8" />,
  "⚑": <path d="M3.8 14.2V2.2h8.6l-2.1 3.1 2.1 3.1H3.8" fill="currentColor" />,
};

export function Glyph({ sign }: { sign: string }) {
  const drawn = SIGNS[sign];
  if (!drawn) return sign;
  return (
    <svg
      className="glyph"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {drawn}
    </svg>
  );
}
