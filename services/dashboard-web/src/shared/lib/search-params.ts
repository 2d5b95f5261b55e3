/** Addresses as people write them: `?status=overdue&status=failed&page=2`, no JSON in them. */

export type RawSearch = Record<string, string | string[]>;

/** `?a=1&a=2&b=3` → `{a: ["1", "2"], b: "3"}`. */
export function parseSearch(text: string): RawSearch {
  const found: RawSearch = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const former = found[key];
    if (former === undefined) found[key] = value;
    else found[key] = Array.isArray(former) ? [...former, value] : [former, value];
  }
  return found;
}

/** The inverse; what is undefined, null or empty is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") params.append(key, String(one));
    }
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

/** The first value as text; undefined when there is none. */
export function one(value: unknown): string | undefined {
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first === null || first === "" ? undefined : String(first);
}

/** All values that are allowed, each once, in the order of `allowed`. */
export function several<T extends string>(value: unknown, allowed: readonly T[]): T[] {
  const given = (Array.isArray(value) ? value : [value]).map(String);
  return allowed.filter((each) => given.includes(each));
}
