import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  /** The page has nothing else, nor another heading. */
  whole?: boolean;
}

/** Nothing to show, said plainly, with the way on. */
export function EmptyState({ title, children, action, whole = false }: EmptyStateProps) {
  const Heading = whole ? "h1" : "h2";
  return (
    <div className="state">
      <Heading>{title}</Heading>
      {children ? <p>{children}</p> : null}
      {action ? <div className="state-actions">{action}</div> : null}
    </div>
  );
}
