import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { between, clearSelection, selectedIds, setSelected, toggle } from "@/features/portfolio/selection";
import { item, portfolio } from "../mock-api/builders";
import { open } from "../support/screen";
import { API, server } from "../support/server";

const ids = ["a", "b", "c", "d"];
const box = (id: string) => screen.getByRole("checkbox", { name: `Select Account ${id}` }) as HTMLInputElement;
const bar = () => within(screen.getByRole("region", { name: "Selection" }));

/** Two pages: a to d on the first, e to h on the second. */
function twoPages() {
  server.use(
    http.get(`${API}/accounts`, ({ request }) => {
      const second = new URL(request.url).searchParams.get("page") === "2";
      const here = second ? ["e", "f", "g", "h"] : ids;
      return HttpResponse.json(
        portfolio(
          here.map((id) => item({ client_id: id, name: `Account ${id}` })),
          { total: 100 },
        ),
      );
    }),
  );
}

beforeEach(clearSelection);

describe("which rows a tick means", () => {
  it("is one row, or all since the last one with shift, in the order on screen", () => {
    toggle("b", ids, false);
    toggle("d", ids, true);
    expect(selectedIds()).toEqual(["b", "c", "d"]);
    toggle("c", ids, true);
    expect(selectedIds()).toEqual(["b"]);
  });

  it("is one row when the last one is on another page", () => {
    expect(between(["e", "f"], "b", "f")).toEqual(["f"]);
    expect(between(ids, "d", "b")).toEqual(["b", "c", "d"]);
    expect(between(ids, null, "b")).toEqual(["b"]);
  });
});

describe("the grid", () => {
  it("ticks with the mouse, with shift, and a whole page", async () => {
    twoPages();
    const { user } = open("/");
    await screen.findByRole("link", { name: "Account a" });
    await user.click(box("a"));
    await user.keyboard("{Shift>}");
    await user.click(box("c"));
    await user.keyboard("{/Shift}");
    expect(selectedIds()).toEqual(["a", "b", "c"]);
    expect(bar().getByText("3 accounts selected")).toBeTruthy();
    const all = screen.getByRole("checkbox", { name: "Select all rows of this page" }) as HTMLInputElement;
    expect(all.indeterminate).toBe(true);
    await user.click(all);
    expect(selectedIds()).toEqual(["a", "b", "c", "d"]);
    await user.click(all);
    expect(selectedIds()).toEqual([]);
  });

  it("ticks with X on the focused row, and up to it with shift-X", async () => {
    twoPages();
    const { user } = open("/");
    await screen.findByRole("link", { name: "Account a" });
    await user.keyboard("jx");
    expect(selectedIds()).toEqual(["a"]);
    await user.keyboard("jj{Shift>}X{/Shift}");
    expect(selectedIds()).toEqual(["a", "b", "c"]);
    box("b").focus();
    await user.keyboard("xj");
    expect(selectedIds()).toEqual(["a", "c"]);
    expect(document.activeElement?.textContent).toBe("Account c");
  });

  it("keeps what is ticked over pages, says what is elsewhere, and lets it go", async () => {
    twoPages();
    const { user } = open("/");
    await screen.findByRole("link", { name: "Account a" });
    await user.click(box("b"));
    await user.click(screen.getByRole("link", { name: "Page 2" }));
    await screen.findByRole("link", { name: "Account e" });
    await user.click(box("e"));
    expect(bar().getByText("2 accounts selected")).toBeTruthy();
    expect(bar().getByText(/1 not on this page/)).toBeTruthy();
    await user.click(screen.getByRole("link", { name: "Page 1" }));
    await waitFor(() => expect(box("b").checked).toBe(true));
    await user.click(bar().getByRole("button", { name: "Select this page" }));
    expect(selectedIds().sort()).toEqual(["a", "b", "c", "d", "e"]);
    await user.click(bar().getByRole("button", { name: "Clear" }));
    expect(selectedIds()).toEqual([]);
    expect(bar().queryByRole("button")).toBeNull();
  });

  it("draws only the row whose tick changes", async () => {
    twoPages();
    open("/");
    await screen.findByRole("link", { name: "Account a" });
    const changed: string[] = [];
    const observer = new MutationObserver((records) => {
      for (const { target } of records) changed.push((target as HTMLElement).closest("tr")?.dataset.id ?? "");
    });
    const body = document.querySelector("tbody");
    if (!body) throw new Error("no rows");
    observer.observe(body, { subtree: true, attributes: true, childList: true });
    setSelected(["b"], true);
    await waitFor(() => expect(box("b").checked).toBe(true));
    observer.disconnect();
    expect(new Set(changed)).toEqual(new Set(["b"]));
  });
});
