import { Button, Popover } from "@mantine/core";
import { type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { OffReason } from "@/shared/actions/action-button";
import { exportCircuit } from "@/shared/actions/circuits";
import { useAction } from "@/shared/actions/use-action";
import type { ExportOrder } from "@/shared/api/types";
import { useShortcut } from "@/shared/lib/shortcut";
import { DownloadIcon } from "@/shared/ui/icons";
import { Choice } from "./choice";
import { Done, Lost, Progress, Refused } from "./outcome";
import { useExport } from "./use-export";

export interface ExportChoice {
  key: string;
  label: string;
  /** How many records it takes; null where only the server knows. */
  records: number | null;
  order: ExportOrder;
  /** Said in its place when there is nothing to choose. */
  empty?: string;
  /** Why it cannot be exported at all. */
  block?: string | undefined;
}

interface ExportPopoverProps {
  button: string;
  title: string;
  choices: ExportChoice[];
  /** What is chosen when the panel opens. */
  first: string;
  children?: ReactNode;
  /** A letter that opens it from anywhere on the page. */
  shortcut?: string | undefined;
  /** The button beside it has said why both are off. */
  reasonSaid?: boolean;
}

/** A button with a small panel: what, how much, what is left; then the progress and the outcome in the same place. */
export function ExportPopover(props: ExportPopoverProps) {
  const { button, title, choices, first, children, shortcut, reasonSaid } = props;
  const [opened, setOpened] = useState(false);
  const { state, start, fetchMade, reset } = useExport();
  const busy = state.phase === "making" || state.phase === "fetching";
  const id = useId();
  const failing = useAction(exportCircuit);
  // An open panel can always be closed, and one with news can be opened.
  const off = !opened && !busy && failing !== null;
  const onToggle = () => {
    if (off) return;
    if (!opened && !busy) reset();
    setOpened(!opened);
  };
  useShortcut(shortcut, onToggle);
  const body = useRef<HTMLDivElement>(null);
  // The button that was pressed goes with its state; the focus stays in the panel, so that Escape still closes it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each state
  useLayoutEffect(() => {
    if (document.activeElement === document.body) body.current?.focus();
  }, [state.phase]);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      trapFocus
      returnFocus
      hideDetached={false}
      shadow="md"
    >
      <span className="action">
        <Popover.Target>
          <Button
            variant="default"
            className="export-button"
            leftSection={<DownloadIcon size={14} />}
            data-busy={busy || undefined}
            data-off={off || undefined}
            aria-disabled={off || undefined}
            aria-describedby={off ? id : undefined}
            aria-expanded={opened}
            onClick={onToggle}
          >
            {busy && !opened ? "Exporting…" : button}
          </Button>
        </Popover.Target>
        {off ? <OffReason id={id} failing={failing} unseen={reasonSaid} /> : null}
      </span>
      <Popover.Dropdown className="popover export-panel" aria-label={title}>
        <div ref={body} className="export-body" tabIndex={-1}>
          <h2>{title}</h2>
          {state.phase === "idle" ? (
            <Choice choices={choices} first={first} onStart={start}>
              {children}
            </Choice>
          ) : null}
          <div role="status">
            {state.phase === "making" ? <Progress text="The file is being made." /> : null}
            {state.phase === "fetching" ? <Progress text="The file is being downloaded." /> : null}
            {state.phase === "done" ? <Done made={state.made} onMore={reset} /> : null}
          </div>
          {state.phase === "refused" ? <Refused problem={state.problem} onBack={reset} /> : null}
          {state.phase === "lost" ? (
            <Lost problem={state.problem} made={state.made} onFetch={fetchMade} onBack={reset} />
          ) : null}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
