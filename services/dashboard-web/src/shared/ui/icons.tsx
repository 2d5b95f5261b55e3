/** Our own few icons: 16 px, drawn with the text's colour, silent for screen readers. */
import type { ReactNode } from "react";

function icon(children: ReactNode) {
  return function Icon({ size = 16 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {children}
      </svg>
    );
  };
}

export const SearchIcon = icon(
  <>
    <circle cx="7" cy="7" r="4.25" />
    <path d="M10.2 10.2 14 14" />
  </>,
);
export const RefreshIcon = icon(
  <>
    <path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9" />
    <path d="M13.7 1.8v2.9h-2.9" />
  </>,
);
export const ChevronDown = icon(<path d="m4 6 4 4 4-4" />);
export const ChevronLeft = icon(<path d="m10 3.5-4.5 4.5 4.5 4.5" />);
export const ChevronRight = icon(<path d="M6 3.5 10.5 8 6 12.5" />);
export const CloseIcon = icon(<path d="m4 4 8 8M12 4l-8 8" />);
export const SortUp = icon(<path d="M8 13V3.5M4.5 7 8 3.5 11.5 7" />);
export const SortDown = icon(<path d="M8 3v9.5M4.5 9 8 12.5 11.5 9" />);
export const WarningIcon = icon(
  <>
    <path d="M8 2.2 14.3 13H1.7L8 2.2Z" />
    <path d="M8 6.5v3M8 11.4v.1" />
  </>,
);
export const InfoIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M8 7.3v3.5M8 5.1v.1" />
  </>,
);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="2.8" />
    <path d="M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1" />
  </>,
);
export const MoonIcon = icon(<path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z" />);
export const DownloadIcon = icon(
  <>
    <path d="M8 2.5v7.5M4.8 7 8 10.2 11.2 7" />
    <path d="M2.5 11v1.7c0 .6.4 1 1 1h9c.6 0 1-.4 1-1V11" />
  </>,
);
export const CopyIcon = icon(
  <>
    <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
    <path d="M3.5 10.5H3a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1h6.5a1 1 0 0 1 1 1v.5" />
  </>,
);
export const CheckIcon = icon(<path d="m3 8.5 3.2 3.2L13 4.8" />);
export const CalendarIcon = icon(
  <>
    <rect x="2" y="3" width="12" height="11" rx="2" />
    <path d="M2 6.5h12M5.5 1.5v3M10.5 1.5v3" />
  </>,
);
export const FlagIcon = icon(<path d="M4 14V2.5h8l-2 3 2 3H4" />);

/** The product's mark: two lines that should be equal, and the stroke that says they are not. */
export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent-solid)" />
      <path d="M8 11h16M8 21h16" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="m20 7-8 18" stroke="#b9c9ff" strokeWidth="3" strokeLinecap="round" />
    </svg>
  );
}
