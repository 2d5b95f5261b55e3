import { useEffect } from "react";
import { observable } from "./observable";

/** What the page is called: in the tab, and for those who hear that it is another one (app/page-news.tsx). */
export const pageTitle = observable("");

/** Names the page; undefined while its name is not known yet. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} · Trueup`;
    pageTitle.set(title);
  }, [title]);
}
