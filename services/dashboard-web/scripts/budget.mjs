// What a first visit downloads, gzipped: the scripts and sheets that index.html names, with all they import at once.
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const FIRST_JS_KB = 210;
const FIRST_CSS_KB = 45;
const LAZY_JS_KB = 30;
const dist = new URL("../dist/", import.meta.url);

const html = await readFile(new URL("index.html", dist), "utf8");
const assets = await readdir(new URL("assets/", dist));
const first = new Set([...html.matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)].map((match) => match[1]));

async function size_kb(name) {
  return gzipSync(await readFile(new URL(`assets/${name}`, dist)), { level: 9 }).length / 1000;
}

let failed = false;
function report(what, kb, most_kb) {
  const over = kb > most_kb;
  failed ||= over;
  console.log(`${over ? "OVER" : "  ok"}  ${kb.toFixed(1).padStart(6)} kB of ${most_kb}  ${what}`);
}

for (const [suffix, most_kb] of [
  [".js", FIRST_JS_KB],
  [".css", FIRST_CSS_KB],
]) {
  let sum_kb = 0;
  for (const name of first) if (name.endsWith(suffix)) sum_kb += await size_kb(name);
  report(`first load, ${suffix.slice(1)}`, sum_kb, most_kb);
}
for (const name of assets) {
  if (name.endsWith(".js") && !first.has(name)) report(`later: ${name}`, await size_kb(name), LAZY_JS_KB);
}
process.exit(failed ? 1 : 0);
