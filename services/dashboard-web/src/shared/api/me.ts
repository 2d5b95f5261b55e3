import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, unwrap } from "./client";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me", { signal })),
  staleTime: 300_000,
});

/** Whether the signed-in person has a permission; false while it is not known. */
export function useMay(permission: string): boolean {
  const { data } = useQuery(meQuery);
  return data?.permissions.includes(permission) ?? false;
}

/** Whether all actions are switched off for everyone. */
export function useIsReadOnly(): boolean {
  const { data } = useQuery(meQuery);
  return data?.read_only ?? false;
}

/** Whether the signed-in person may change something now; in read-only mode nobody may. */
export function useMayAct(permission: string): boolean {
  const may = useMay(permission);
  return !useIsReadOnly() && may;
}
