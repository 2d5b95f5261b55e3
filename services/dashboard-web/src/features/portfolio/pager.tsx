import { Link } from "@tanstack/react-router";
import { count } from "@/shared/lib/format";
import { ChevronLeft, ChevronRight } from "@/shared/ui/icons";
import { EXACTLY, PAGE_SIZE, type PortfolioSearch } from "./search";

/** The pages to offer around `page`: first, last and neighbours, null for a gap. */
export function pageNumbers(page: number, pages: number): (number | null)[] {
  const wanted = [1, page - 1, page, page + 1, pages].filter((one) => one >= 1 && one <= pages);
  const sorted = [...new Set(wanted)].sort((a, b) => a - b);
  return sorted.flatMap((one, index) => {
    const gap = one - (sorted[index - 1] ?? one - 1);
    return gap === 2 ? [one - 1, one] : gap > 2 ? [null, one] : [one];
  });
}

function toPage(search: PortfolioSearch, page: number): PortfolioSearch {
  const { page: _former, ...rest } = search;
  return page > 1 ? { ...rest, page } : rest;
}

/** Numbered pages, each with an address. */
export function Pager({ search, total }: { search: PortfolioSearch; total: number }) {
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const page = Math.min(search.page ?? 1, pages);
  const first = total ? (page - 1) * PAGE_SIZE + 1 : 0;
  return (
    <nav className="pager" aria-label="Pages">
      <p className="pager-range">
        {count(first)}–{count(Math.min(total, page * PAGE_SIZE))} of {count(total)}
      </p>
      {pages > 1 ? (
        <ul>
          <Step search={search} page={page - 1} of={pages} label="Previous page">
            <ChevronLeft />
          </Step>
          {pageNumbers(page, pages).map((one, index) => (
            <li key={one ?? `gap-${index < 3 ? "left" : "right"}`}>
              {one === null ? (
                <span className="pager-gap">…</span>
              ) : (
                <Link
                  to="/"
                  activeOptions={EXACTLY}
                  search={toPage(search, one)}
                  aria-current={one === page ? "page" : undefined}
                  aria-label={`Page ${one}`}
                >
                  {one}
                </Link>
              )}
            </li>
          ))}
          <Step search={search} page={page + 1} of={pages} label="Next page">
            <ChevronRight />
          </Step>
        </ul>
      ) : null}
    </nav>
  );
}

interface StepProps {
  search: PortfolioSearch;
  page: number;
  of: number;
  label: string;
  children: React.ReactNode;
}

function Step({ search, page, of, label, children }: StepProps) {
  if (page < 1 || page > of) return null;
  return (
    <li>
      <Link to="/" activeOptions={EXACTLY} search={toPage(search, page)} aria-label={label}>
        {children}
      </Link>
    </li>
  );
}
