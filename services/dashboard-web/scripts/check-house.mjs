// The page's own house rules: no feature imports another, shared imports no feature, files stay short, the lock names
// no host. Exits 1 and lists every breach.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const LINES_MAX = 250;
const root = fileURLToPath(new URL("..", import.meta.url));
const breaches = [];

async function* files(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (/\.(tsx?|css|mjs)$/.test(entry.name) && entry.name !== "schema.d.ts") yield path;
  }
}

/** "app", "shared" or "features/<name>" for a path below src. */
function room(path) {
  const [top, name] = relative(join(root, "src"), path).split("/");
  return top === "features" ? `features/${name}` : top;
}

function checkImports(path, text) {
  const here = room(path);
  for (const [, wanted] of text.matchAll(/from "([^"]+)"|import\("([^"]+)"\)/g)) {
    if (!wanted?.startsWith(".") && !wanted?.startsWith("@/")) continue;
    const target = wanted.startsWith("@/") ? join(root, "src", wanted.slice(2)) : resolve(dirname(path), wanted);
    const there = room(target);
    if (here === "shared" && there !== "shared") breaches.push(`${path}: shared imports ${there}`);
    if (here.startsWith("features/") && there !== "shared" && there !== here)
      breaches.push(`${path}: imports ${there}`);
  }
}

for (const folder of ["src", "tests", "scripts"]) {
  for await (const path of files(join(root, folder))) {
    const text = await readFile(path, "utf8");
    const lines = text.split("\n").length - 1;
    if (lines > LINES_MAX) breaches.push(`${path}: ${lines} lines, at most ${LINES_MAX}`);
    if (folder === "src") checkImports(path, text);
  }
}

const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
for (const [name, entry] of Object.entries(lock.packages)) {
  if ("resolved" in entry) breaches.push(`package-lock.json: ${name} names where it came from`);
  if (name && !entry.link && !entry.integrity) breaches.push(`package-lock.json: ${name} has no checksum`);
}

for (const breach of breaches) console.error(breach);
process.exit(breaches.length ? 1 : 0);
