/** A request as the documents of the systems write it: a line of curl. */
export interface CurlRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Options with a value, by what they set. */
const valued: ReadonlyMap<string, "method" | "header" | "body" | "user"> = new Map([
  ["-X", "method"],
  ["-H", "header"],
  ["--header", "header"],
  ["-d", "body"],
  ["--data", "body"],
  ["--user", "user"],
]);
/** Options that change nothing of the request. */
const flags: ReadonlySet<string> = new Set(["-v", "-k", "-s"]);

/** Reads a line of curl, as a shell would take it apart. */
export function readCurl(line: string): CurlRequest {
  const [program, ...words] = shellWords(line);
  if (program !== "curl") throw new Error(`not a line of curl: ${line}`);
  const headers: Record<string, string> = {};
  const given = new Map<string, string>();
  let url = "";
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const option = valued.get(word);
    if (option === undefined) {
      if (!flags.has(word)) url = word;
      continue;
    }
    const value = words[++at] ?? "";
    if (option === "header") {
      const colon = value.indexOf(":");
      headers[value.slice(0, colon)] = value.slice(colon + 1).trim();
    } else given.set(option, value);
  }
  const user = given.get("user");
  if (user !== undefined) headers.Authorization = `Basic ${btoa(user)}`;
  const body = given.get("body");
  return { method: given.get("method") ?? (body === undefined ? "GET" : "POST"), url, headers, body };
}

/** The words of a command line: quotes of both kinds, and backslashes where a shell heeds them. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  const word = /(?:'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^\s'"\\])+/g;
  for (const [text] of line.matchAll(word)) {
    words.push(
      text.replace(/'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g, (_, single, double, escaped) => {
        return single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped;
      }),
    );
  }
  return words;
}
