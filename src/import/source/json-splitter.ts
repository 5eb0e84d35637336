import { countLineEnds } from "./line.ts";
import { recordCharsMax, TableError, type TableRow, tableRowsMax } from "./table.ts";

/** Members of a document whose array has the records: a ListResponse, an export, a Bulk request. */
const arrayNames: ReadonlySet<string> = new Set(["Resources", "users", "Operations"]);
/** Arrays and objects in each other: what is deeper is no user. */
const depthMax = 64;

const blank = /[\s\ufeff]/;

/** Where the reader stands: before the array, in it, behind it, behind the document. */
type Place = "start" | "members" | "array" | "behind" | "end";

/**
 * Takes the records out of a JSON document that arrives in pieces: the elements of the array that it is, or of the
 * member of it that is called Resources, users or Operations. An element is not looked into, but for where it ends.
 */
export class JsonSplitter {
  #held = "";
  /** Line of the first character held. */
  #line = 1;
  #place: Place = "start";
  #isInObject = false;
  #row = 1;

  /** Adds the rows that a piece completes; throws TableError where the document is no such list. */
  push(text: string, last: boolean, rows: TableRow[]): void {
    this.#held += text;
    let at = 0;
    for (;;) {
      at = this.#skipBlanks(at);
      if (at >= this.#held.length) break;
      const next = this.#step(at, rows);
      if (next === undefined) break;
      at = next;
    }
    this.#drop(at);
    if (this.#held.length > recordCharsMax) {
      throw new TableError("too_large", `a record is longer than ${recordCharsMax} characters`, this.#line);
    }
    if (last) this.#finish();
  }

  #finish(): void {
    if (this.#place === "end" && this.#held === "") return;
    if (this.#place === "start" && this.#held === "") throw new TableError("bad_json", "the file is empty", this.#line);
    throw new TableError("bad_json", "the JSON document stops in the middle; it was probably cut off", this.#line);
  }

  #drop(at: number): void {
    if (at === 0) return;
    this.#line += countLineEnds(this.#held, 0, at);
    this.#held = this.#held.slice(at);
  }

  #skipBlanks(from: number): number {
    let at = from;
    while (at < this.#held.length && blank.test(this.#held.charAt(at))) at++;
    return at;
  }

  /** Reads what stands at a place; the place behind it, or undefined when it is not all there yet. */
  #step(at: number, rows: TableRow[]): number | undefined {
    const character = this.#held.charAt(at);
    switch (this.#place) {
      case "start":
        return this.#begin(at, character);
      case "members":
        return this.#member(at, character);
      case "array":
        return this.#element(at, character, rows);
      case "behind":
        return this.#rest(at, character);
      case "end":
        throw this.#wrong(at, "something stands behind the end of the JSON document");
    }
  }

  #begin(at: number, character: string): number {
    this.#isInObject = character === "{";
    this.#place = this.#isInObject ? "members" : "array";
    if (character !== "{" && character !== "[") throw this.#wrong(at, "the file is no JSON array or object");
    return at + 1;
  }

  #member(at: number, character: string): number | undefined {
    if (character === ",") return at + 1;
    if (character === "}") {
      throw this.#wrong(at, `the JSON object has no array ${[...arrayNames].join(", ")}`);
    }
    const nameEnd = this.#valueEnd(at);
    if (nameEnd === undefined) return undefined;
    const colon = this.#skipBlanks(nameEnd);
    const value = this.#skipBlanks(colon + 1);
    if (value >= this.#held.length) return undefined;
    if (character !== '"' || this.#held.charAt(colon) !== ":") throw this.#wrong(at, "the JSON is not well formed");
    if (arrayNames.has(this.#held.slice(at + 1, nameEnd - 1)) && this.#held.charAt(value) === "[") {
      this.#place = "array";
      return value + 1;
    }
    return this.#valueEnd(value);
  }

  #element(at: number, character: string, rows: TableRow[]): number | undefined {
    if (character === ",") return at + 1;
    if (character === "]") {
      this.#place = this.#isInObject ? "behind" : "end";
      return at + 1;
    }
    const end = this.#valueEnd(at);
    if (end === undefined) return undefined;
    this.#row++;
    if (this.#row > tableRowsMax) throw this.#wrong(at, `the file has more than ${tableRowsMax} records`, "too_large");
    const line = this.#line + countLineEnds(this.#held, 0, at);
    rows.push({ row: this.#row, line, cells: [this.#held.slice(at, end)] });
    // What is behind an element is looked at with the lines before it counted once.
    this.#drop(end);
    return 0;
  }

  /** Members behind the array are read past. */
  #rest(at: number, character: string): number | undefined {
    if (character === "," || character === ":") return at + 1;
    if (character === "}") {
      this.#place = "end";
      return at + 1;
    }
    return this.#valueEnd(at);
  }

  /** Where the value that begins at a place ends; undefined when it goes on behind what is held. */
  #valueEnd(from: number): number | undefined {
    const text = this.#held;
    const first = text.charAt(from);
    if (first === '"') return stringEnd(text, from);
    if (first !== "{" && first !== "[") {
      const end = text.slice(from).search(/[\s,\]}]/);
      if (end === 0) throw this.#wrong(from, `${JSON.stringify(first)} is not expected here`);
      return end === -1 ? undefined : from + end;
    }
    let depth = 0;
    for (let at = from; at < text.length; at++) {
      const character = text.charCodeAt(at);
      if (character === quote) {
        const end = stringEnd(text, at);
        if (end === undefined) return undefined;
        at = end - 1;
      } else if (character === openBrace || character === openBracket) {
        depth++;
        if (depth > depthMax) throw this.#wrong(at, `the JSON is nested more than ${depthMax} deep`, "too_large");
      } else if (character === closeBrace || character === closeBracket) {
        depth--;
        if (depth === 0) return at + 1;
      }
    }
    return undefined;
  }

  #wrong(at: number, problem: string, code: "bad_json" | "too_large" = "bad_json"): TableError {
    return new TableError(code, problem, this.#line + countLineEnds(this.#held, 0, at));
  }
}

const quote = 34;
const backslash = 92;
const openBrace = 123;
const closeBrace = 125;
const openBracket = 91;
const closeBracket = 93;

/** Where the string that begins at a quote ends; undefined when it goes on. */
function stringEnd(text: string, from: number): number | undefined {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return end + 1;
  }
  return undefined;
}
