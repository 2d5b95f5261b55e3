import { MantineProvider } from "@mantine/core";
import { act, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ActionButton } from "@/shared/actions/action-button";
import { type Circuit, createCircuit } from "@/shared/actions/circuit";
import { fromAnswer, offline } from "@/shared/api/problem";

const look = vi.fn<(signal: AbortSignal) => Promise<unknown>>();
let circuit: Circuit;

const fails = (error: unknown) => circuit.run(() => Promise.reject(error)).catch((thrown: unknown) => thrown);
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const next_s = () => Math.round(((circuit.off.get()?.at_ms ?? Number.NaN) - Date.now()) / 1000);

beforeEach(() => {
  vi.useFakeTimers();
  look.mockReset();
  look.mockResolvedValue({});
  circuit = createCircuit(look);
});

describe("the fuse of an action", () => {
  it.each([
    ["the server cannot be reached", offline(), "Trueup cannot be reached."],
    ["the server errs", fromAnswer(500, {}), "Trueup answers with an error (500)."],
    ["the server is away", fromAnswer(503, {}), "Trueup answers with an error (503)."],
    ["there are too many requests", fromAnswer(429, {}), "There were too many requests at once."],
    ["the answer is no answer", new SyntaxError("Unexpected token"), "The answer could not be read."],
  ])("blows when %s, with the reason", async (_, error, reason) => {
    expect(await fails(error)).toBe(error);
    expect(circuit.off.get()).toEqual({ reason, at_ms: Date.now() + 5000 });
  });

  it.each([400, 401, 403, 404, 409, 422])("holds when the server says no: %i", async (status) => {
    await fails(fromAnswer(status, { detail: "No." }));
    expect(circuit.off.get()).toBeNull();
  });

  it("holds when nothing is left to export", async () => {
    await fails(fromAnswer(429, { code: "export_quota_exceeded" }));
    expect(circuit.off.get()).toBeNull();
  });

  it("holds when the request was given up on purpose", async () => {
    await fails(new DOMException("Gone elsewhere", "AbortError"));
    expect(circuit.off.get()).toBeNull();
  });

  it("blows after five seconds without an answer, and the answer still counts", async () => {
    const running = circuit.run(() => new Promise((done) => setTimeout(() => done("taken"), 7000)));
    await wait(4999);
    expect(circuit.off.get()).toBeNull();
    await wait(1);
    expect(circuit.off.get()?.reason).toContain("longer than 5 seconds");
    await wait(2000);
    expect(await running).toBe("taken");
  });

  it("comes back by itself when a look succeeds", async () => {
    await fails(offline());
    await wait(4999);
    expect(look).not.toHaveBeenCalled();
    await wait(1);
    expect(look).toHaveBeenCalledTimes(1);
    expect(circuit.off.get()).toBeNull();
  });

  it("looks ever more rarely, from 5 to 60 seconds", async () => {
    look.mockRejectedValue(fromAnswer(503, {}));
    await fails(offline());
    const waits = [];
    for (const wait_s of [5, 10, 20, 40, 60, 60]) {
      waits.push(next_s());
      await wait(wait_s * 1000);
    }
    expect(waits).toEqual([5, 10, 20, 40, 60, 60]);
    expect(look).toHaveBeenCalledTimes(6);
    expect(circuit.off.get()?.reason).toBe("Trueup answers with an error (503).");
  });

  it("starts anew at 5 seconds only when the action itself has worked", async () => {
    await fails(offline());
    await wait(5000);
    await fails(offline());
    expect(next_s()).toBe(10);
    await wait(10_000);
    await circuit.run(() => Promise.resolve());
    await fails(offline());
    expect(next_s()).toBe(5);
  });

  it("waits as long as the server wishes, within bounds", async () => {
    await fails(fromAnswer(429, { retry_after_s: 30 }));
    expect(next_s()).toBe(30);
    circuit.reset();
    await fails(fromAnswer(429, { retry_after_s: 3600 }));
    expect(next_s()).toBe(60);
  });

  it("takes a look that hangs for one that failed", async () => {
    look.mockReturnValue(new Promise(() => undefined));
    await fails(offline());
    await wait(5000);
    expect(circuit.off.get()?.at_ms).toBeNull();
    await wait(5000);
    expect(next_s()).toBe(10);
    expect(look.mock.calls[0]?.[0].aborted).toBe(true);
  });

  it("looks no more after it was forgotten", async () => {
    await fails(offline());
    circuit.reset();
    await wait(60_000);
    expect(look).not.toHaveBeenCalled();
    expect(circuit.off.get()).toBeNull();
  });
});

describe("its button", () => {
  const press = vi.fn();
  const draw = (off?: string) =>
    render(
      <MantineProvider>
        <ActionButton circuit={circuit} off={off} onClick={press}>
          Act
        </ActionButton>
      </MantineProvider>,
    );
  const button = () => screen.getByRole("button", { name: "Act" });

  beforeEach(() => press.mockReset());

  it("counts the seconds down and works again", async () => {
    draw();
    await act(() => fails(offline()));
    expect(button().getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText("Tried again in 5 s, by itself.")).toBeTruthy();
    await wait(2000);
    expect(screen.getByText("Tried again in 3 s, by itself.")).toBeTruthy();
    button().click();
    expect(press).not.toHaveBeenCalled();
    await wait(3000);
    expect(button().getAttribute("aria-disabled")).toBeNull();
    button().click();
    expect(press).toHaveBeenCalledTimes(1);
  });

  it("is described by its reason and can be reached when off", () => {
    draw("Not today.");
    button().focus();
    expect(document.activeElement).toBe(button());
    expect(document.getElementById(button().getAttribute("aria-describedby") ?? "")?.textContent).toBe("Not today.");
    button().click();
    expect(press).not.toHaveBeenCalled();
  });
});
