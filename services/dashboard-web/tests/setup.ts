import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { downSince } from "@/shared/api/live";
import { sessionEnded } from "@/shared/api/session-state";
import { NOW } from "./mock-api/builders";
import { FakeEventSource } from "./support/fake-event-source";
import { server } from "./support/server";

// Two busy cores draw 50 rows in a second or two; what never comes still fails.
configure({ asyncUtilTimeout: 8000 });

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
beforeEach(() => {
  // Only the date stands still: timers and requests run as they do.
  vi.useFakeTimers({ toFake: ["Date"], now: NOW });
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("scrollTo", () => undefined);
  sessionEnded.set(false);
  downSince.set(null);
});
afterEach(() => {
  cleanup();
  server.resetHandlers();
  FakeEventSource.opened.length = 0;
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
afterAll(() => server.close());
