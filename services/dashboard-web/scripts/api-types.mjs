// Writes src/shared/api/schema.d.ts from docs/openapi.json; with --check it only says whether the file is fresh.
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const contract = new URL("../../../docs/openapi.json", import.meta.url);
const target = new URL("../src/shared/api/schema.d.ts", import.meta.url);
const head = "// Generated from docs/openapi.json by `npm run api`. Do not edit.\n\n";

const text = head + astToString(await openapiTS(contract, { alphabetize: true, defaultNonNullable: true }));
if (process.argv.includes("--check")) {
  const present = await readFile(target, "utf8").catch(() => "");
  if (present !== text) {
    console.error("src/shared/api/schema.d.ts is not what docs/openapi.json says; run `npm run api`");
    process.exit(1);
  }
} else {
  await writeFile(target, text);
}
