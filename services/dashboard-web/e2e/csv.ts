/** A CSV file of ours as a program reads it: the header block, the column titles, the rows. */

export interface Sheet {
  head: Map<string, string>;
  columns: string[];
  rows: Record<string, string>[];
}

/** RFC 4180: quoted cells may hold commas, quotes and line ends. */
export function cells(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    lines.at(-1)?.push(quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"'));
    if (end === "\r\n") lines.push([]);
    if (end === "") break;
  }
  if (lines.at(-1)?.join("") === "") lines.pop();
  return lines;
}

export function readSheet(text: string): Sheet {
  const lines = cells(text.replace(/^\uFEFF/, ""));
  const gap = lines.findIndex((line) => line.join("") === "");
  const columns = lines[gap + 1] ?? [];
  return {
    head: new Map(lines.slice(0, gap).map(([key = "", value = ""]) => [key, value])),
    columns,
    rows: lines
      .slice(gap + 2)
      .map((line) => Object.fromEntries(columns.map((name, index) => [name, line[index] ?? ""]))),
  };
}
