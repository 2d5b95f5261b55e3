import { observable } from "../lib/observable";

/** True from the first 401 after signing in on: what is on the screen stays, and the banner offers to sign in again. */
export const sessionEnded = observable(false);

/** Where the API begins a sign-in that comes back to `place`, a path of ours. */
export function loginAddress(place: string): string {
  return `/api/v1/auth/login?return_to=${encodeURIComponent(place)}`;
}

/** The path and query that the reader looks at. */
export function placeNow(): string {
  return `${location.pathname}${location.search}`;
}
