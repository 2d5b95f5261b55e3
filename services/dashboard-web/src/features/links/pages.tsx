import { Link } from "@tanstack/react-router";
import { count } from "@/shared/lib/format";
import { PAGE_SIZE } from "./queries";
import type { LinksSearch } from "./search";

/** From page to page, each with an address; nothing where one page holds all. */
export function Pages({ search, total }: { search: LinksSearch; total: number }) {
  const { page = 1, ...rest } = search;
  const pages = Math.ceil(total / PAGE_SIZE);
  if (pages < 2 && page === 1) return null;
  const to = (number: number): LinksSearch => (number > 1 ? { ...rest, page: number } : rest);
  return (
    <nav className="pager" aria-label="Pages">
      <p className="pager-range">
        Page {count(page)} of {count(Math.max(pages, 1))}
      </p>
      <ul>
        {page > 1 ? (
          <li>
            <Link to="/links" search={to(Math.min(page - 1, Math.max(pages, 1)))}>
              Previous
            </Link>
          </li>
        ) : null}
        {page < pages ? (
          <li>
            <Link to="/links" search={to(page + 1)}>
              Next
            </Link>
          </li>
        ) : null}
      </ul>
    </nav>
  );
}
