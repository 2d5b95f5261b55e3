import { useMutation, useQueryClient } from "@tanstack/react-query";
import { decide } from "./queries";

/** Decide, then look again: at what waits, at what was decided, and at the accounts concerned. */
export function useDecide(done?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: decide,
    onSettled: async (made) => {
      await client.invalidateQueries({ queryKey: ["links"] });
      for (const id of [made?.client_id, made?.former_client_id]) {
        if (id) void client.invalidateQueries({ queryKey: ["account", id], exact: true });
      }
      done?.();
    },
  });
}
