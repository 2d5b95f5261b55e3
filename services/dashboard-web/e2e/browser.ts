/** A Chromium without root: the machine's own when there is one, else the one that comes as a package. */
import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a Chromium that starts. `TRUEUP_CHROMIUM` outranks all: a path, or `packed` for the package's. */
export async function chromiumPath(): Promise<string> {
  const wanted = process.env.TRUEUP_CHROMIUM;
  const found = (wanted ? [wanted] : PLACES).find((path) => existsSync(path));
  if (found) return found;
  if (wanted && wanted !== "packed") throw new Error(`TRUEUP_CHROMIUM: there is no ${wanted}`);
  // Makes the package unpack its own shared libraries and fonts.
  process.env.AWS_LAMBDA_JS_RUNTIME = "nodejs22.x";
  const { default: packed } = await import("@sparticuz/chromium");
  return packed.executablePath();
}

export const LAUNCH_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
