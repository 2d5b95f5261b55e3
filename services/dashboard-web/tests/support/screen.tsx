import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "@/app/app";
import { createAppRouter } from "@/app/router";
import { createQueryClient } from "@/shared/api/query-client";

/** The whole page at an address, with nothing of it replaced but the network. */
export function open(address: string) {
  window.history.replaceState(null, "", address);
  const client = createQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retryDelay: 1 } });
  const router = createAppRouter(client);
  render(<App router={router} client={client} />);
  return { client, router, user: userEvent.setup() };
}

/** The query of the address as it stands. */
export const addressQuery = () => new URLSearchParams(window.location.search);
