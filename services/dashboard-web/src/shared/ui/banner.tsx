import type { ReactNode } from "react";
import { InfoIcon, WarningIcon } from "./icons";

export type BannerTone = "bad" | "warn" | "info";

/** What is affected, since when, what to do. */
export function Banner({
  tone,
  title,
  children,
  action,
}: {
  tone: BannerTone;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="banner" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <span className="banner-icon">{tone === "info" ? <InfoIcon /> : <WarningIcon />}</span>
      <div className="banner-text">
        <strong>{title}</strong> {children}
      </div>
      {action ? <div className="banner-action">{action}</div> : null}
    </div>
  );
}
