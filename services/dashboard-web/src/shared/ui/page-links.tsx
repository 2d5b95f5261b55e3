import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface Props {
  to: "/accounts/$clientId/invoices" | "/accounts/$clientId/rate-card";
  clientId: string;
  page: number;
  pages: number;
  children?: ReactNode;
}

/** From page to page of one account's list, each with an address; nothing where one page holds all. */
export function PageLinks({ to, clientId, page, pages, children }: Props) {
  if (pages < 2) return null;
  return (
    <nav className="pager" aria-label="Pages">
      {children}
      <ul>
        {Array.from({ length: pages }, (_, index) => index + 1).map((one) => (
          <li key={one}>
            <Link
              to={to}
              params={{ clientId }}
              search={one > 1 ? { page: one } : {}}
              aria-current={one === page ? "page" : undefined}
            >
              {one}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
