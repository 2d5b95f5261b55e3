import { Link } from "@tanstack/react-router";
import type { Me } from "@/shared/api/types";

interface Place {
  to: "/" | "/links" | "/rate-cards" | "/calibration" | "/connections" | "/sessions" | "/audit";
  label: string;
  permission: string;
}

const PLACES: Place[] = [
  { to: "/", label: "Portfolio", permission: "portfolio.read" },
  { to: "/links", label: "Links", permission: "links.manage" },
  { to: "/rate-cards", label: "Rate cards", permission: "imports.write" },
  { to: "/calibration", label: "Calibration", permission: "calibration.manage" },
  { to: "/connections", label: "Connections", permission: "connections.manage" },
  { to: "/sessions", label: "Sessions", permission: "sessions.manage" },
  { to: "/audit", label: "Audit log", permission: "audit.read" },
];

/** Where this role can go. With one place only there is nothing to choose, and no bar. */
export function Nav({ me }: { me: Me }) {
  const places = PLACES.filter(({ permission }) => me.permissions.includes(permission));
  if (places.length < 2) return null;
  return (
    <nav className="nav" aria-label="Places">
      {places.map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ "aria-current": "page" }}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
