import "@fontsource-variable/inter/wght.css";
import "./app/styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { createAppRouter } from "./app/router";
import { createQueryClient } from "./shared/api/query-client";

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no #root");

const client = createQueryClient();

createRoot(place).render(
  <StrictMode>
    <App router={createAppRouter(client)} client={client} />
  </StrictMode>,
);
