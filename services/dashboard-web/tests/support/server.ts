/** The API as the page's tests see it: everything in order unless a test says otherwise. */
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { account } from "../mock-api/account-builders";
import { item, me, portfolio } from "../mock-api/builders";
import { portfolioForecast } from "../mock-api/forecast-builders";

export const API = "*/api/v1";

export const server = setupServer(
  http.get(`${API}/me`, () => HttpResponse.json(me())),
  http.get(`${API}/sources`, () => HttpResponse.json({ items: portfolio([]).as_of })),
  http.get(`${API}/accounts`, () => HttpResponse.json(portfolio([item()]))),
  http.get(`${API}/portfolio/forecast`, () => HttpResponse.json(portfolioForecast())),
  http.get(`${API}/accounts/:id/timeline`, () => HttpResponse.json({ items: [], next: null })),
  http.get(`${API}/accounts/:id`, () => HttpResponse.json(account())),
);

/** An answer in the shape that every error has. */
export function problem(status: number, code: string, title = "Title of it", detail = "Detail of it.") {
  const body = { type: "about:blank", title, status, code, detail, trace_id: "trace-1" };
  return HttpResponse.json(body, { status, headers: { "Content-Type": "application/problem+json" } });
}
