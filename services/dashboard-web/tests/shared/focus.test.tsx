import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ActionButton } from "@/shared/actions/action-button";
import { createCircuit } from "@/shared/actions/circuit";
import { InPlace } from "@/shared/actions/in-place";

const circuit = createCircuit(() => Promise.resolve());

/** A section with a button that opens a panel, as a row of invoices has them. */
function Rows({ button = true, panel = false }: { button?: boolean; panel?: boolean }) {
  return (
    <MantineProvider>
      <main id="content" tabIndex={-1}>
        <section aria-label="Invoices">
          {button ? (
            <ActionButton circuit={circuit} opener="retry-1">
              Retry
            </ActionButton>
          ) : null}
          {panel ? (
            <InPlace title="Retry?" opener="retry-1" takesFocus>
              text
            </InPlace>
          ) : null}
        </section>
      </main>
    </MantineProvider>
  );
}

const moved = () => new Promise<void>((resolve) => queueMicrotask(resolve));

describe("the focus of what goes", () => {
  it("goes from a closed panel to the button that opened it", async () => {
    const { rerender } = render(<Rows panel />);
    expect(document.activeElement).toBe(screen.getByRole("region", { name: "Retry?" }));
    rerender(<Rows />);
    await moved();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Retry" }));
  });

  it("goes from a button whose row needs it no longer to the section around", async () => {
    const { rerender } = render(<Rows />);
    screen.getByRole("button", { name: "Retry" }).focus();
    rerender(<Rows button={false} />);
    await moved();
    expect(document.activeElement).toBe(screen.getByRole("region", { name: "Invoices" }));
  });

  it("stays where it is when something else goes", async () => {
    const { rerender } = render(<Rows panel />);
    screen.getByRole("button", { name: "Retry" }).focus();
    rerender(<Rows />);
    await moved();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Retry" }));
  });
});
