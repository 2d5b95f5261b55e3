import type { Plugin } from "vite";

/** `vite --mode mock`: the page with an invented portfolio and no stack. */
export function mockApi(): Plugin {
  return {
    name: "mock-api",
    configureServer(server) {
      server.middlewares.use("/api/v1", async (request, response) => {
        if (request.url?.startsWith("/stream")) {
          response.writeHead(200, { "Content-Type": "text/event-stream" });
          response.write("retry: 2000\n: open\n\n");
          return;
        }
        const { deskAnswer } = await server.ssrLoadModule("/tests/mock-api/desk.ts");
        const desk = deskAnswer(request.method ?? "GET", new URL(`/api/v1${request.url}`, "http://mock"));
        if (desk !== undefined) {
          await new Promise((done) => setTimeout(done, 600));
          const type = typeof desk === "string" ? "text/csv" : "application/json";
          response.writeHead(200, { "Content-Type": type });
          response.end(typeof desk === "string" ? desk : JSON.stringify(desk));
          return;
        }
        const { answer } = await server.ssrLoadModule("/tests/mock-api/world.ts");
        const body = answer(new URL(`/api/v1${request.url}`, "http://mock"));
        response.writeHead(body ? 200 : 404, {
          "Content-Type": body ? "application/json" : "application/problem+json",
        });
        response.end(
          JSON.stringify(
            body ?? { title: "Not found", status: 404, code: "not_found", detail: "There is no such account." },
          ),
        );
      });
    },
  };
}
