import { isJsonObject, type Json, type JsonObject } from "../scim/json.ts";
import { canonicalForm } from "../scim/resource/canonical.ts";
import type { Target } from "./column.ts";

/** What one cell does to a resource: a value where its column's target says, a list of values, or null to clear it. */
export interface Edit {
  readonly target: Target;
  readonly value: Json;
  /** Left out where the resource is there already. */
  readonly onlyNew?: boolean;
}

type Writable = Record<string, Json | undefined>;

/**
 * The body that a row asks for: what is stored, with the row's edits. A chosen value of several is changed in its place
 * and keeps what the row does not speak of; a list takes the place of all values, those that stay as they were.
 *
 * @param schemas the URNs of the body
 * @param stored the attributes as they are stored, which stay unchanged; `{}` for a new resource
 * @example applyEdits(schemas, [{ target: readColumn("emails[work].value", type), value: "a@x.org" }], {})
 */
export function applyEdits(schemas: readonly string[], edits: readonly Edit[], stored: JsonObject): JsonObject {
  const body = new Body(schemas, stored);
  const isStored = stored.schemas !== undefined;
  for (const { target, value, onlyNew } of edits) {
    if (isStored && onlyNew === true) continue;
    if (target.slot === undefined) body.setList(target, value);
    else if (target.path.attribute.multiValued) body.setChosen(target, target.slot, value);
    else body.setSingle(target, value);
  }
  return body.finish();
}

class Body {
  private readonly body: Writable;
  private readonly homes = new Map<string, Writable>();
  private readonly lists = new Map<string, List>();

  constructor(
    schemas: readonly string[],
    private readonly stored: JsonObject,
  ) {
    this.body = { ...stored, schemas };
  }

  setSingle({ path: { extension, attribute, sub } }: Target, value: Json): void {
    const schema = this.schemaObject(extension);
    if (sub === undefined) {
      put(schema, attribute.name, value);
      return;
    }
    // To clear what is not there makes nothing.
    if (value === null && !isJsonObject(schema[attribute.name])) return;
    put(this.object(schema, `${extension ?? ""} ${attribute.name}`, attribute.name), sub.name, value);
  }

  setChosen(target: Target, slot: string, value: Json): void {
    const { attribute, sub } = target.path;
    if (sub === undefined) return;
    const list = this.list(target);
    const known =
      this.homes.get(target.home) ??
      list.find(slot) ??
      (sub.name === "value" ? list.findValue(slot, value) : undefined);
    // To clear what is not there makes nothing.
    if (known === undefined && value === null) return;
    const element = known ?? list.add({ ...target.given });
    this.homes.set(target.home, element);
    list.chosen.add(element);
    put(element, sub.name, value);
    if (value === null && isBare(element)) list.remove(element);
    this.schemaObject(target.path.extension)[attribute.name] = list.elements;
  }

  setList(target: Target, value: Json): void {
    const { extension, attribute } = target.path;
    const list = this.list(target);
    list.replace(Array.isArray(value) ? value : []);
    put(this.schemaObject(extension), attribute.name, list.elements.length === 0 ? null : list.elements);
  }

  finish(): JsonObject {
    return this.body;
  }

  /** The body, or the object of an extension in it, that may be written to. */
  private schemaObject(extension: string | undefined): Writable {
    return extension === undefined ? this.body : this.object(this.body, extension, extension);
  }

  /** An object under a name, copied before it is written to for the first time. */
  private object(holder: Writable, home: string, name: string): Writable {
    const known = this.homes.get(home);
    if (known !== undefined) return known;
    const before = holder[name];
    const made: Writable = isJsonObject(before) ? { ...before } : {};
    this.homes.set(home, made);
    holder[name] = made;
    return made;
  }

  private list({ path: { extension, attribute, sub } }: Target): List {
    const home = `${extension ?? ""} ${attribute.name}`;
    const known = this.lists.get(home);
    if (known !== undefined) return known;
    const holder = extension === undefined ? this.stored : this.stored[extension];
    const values = isJsonObject(holder) ? holder[attribute.name] : undefined;
    const canonical = canonicalForm(sub === undefined ? `${attribute.name}.value` : `${attribute.name}.${sub.name}`);
    const made = new List(Array.isArray(values) ? values : [], canonical);
    this.lists.set(home, made);
    return made;
  }
}

function put(object: Writable, name: string, value: Json): void {
  if (value === null) delete object[name];
  else object[name] = value;
}

/** Names of an element that only say which one it is. */
const selectors: ReadonlySet<string> = new Set(["type", "primary"]);

function isBare(element: Writable): boolean {
  return Object.keys(element).every((name) => selectors.has(name));
}

/** The values of one attribute while a row writes them. */
class List {
  elements: Json[];
  /** Those that columns of the row chose one by one. */
  readonly chosen = new Set<Json>();
  private readonly count: number;

  constructor(
    private readonly stored: readonly Json[],
    private readonly canonical: ((text: string) => string) | undefined,
  ) {
    this.elements = [...stored];
    this.count = stored.length;
  }

  /** The stored element that a slot chooses, as one that may be written to. */
  find(slot: string): Writable | undefined {
    const index = this.placeOf(slot);
    const element = index === undefined ? undefined : this.stored[index];
    if (element === undefined || !isJsonObject(element)) return undefined;
    const place = this.elements.indexOf(element);
    const copy: Writable = { ...element };
    if (place === -1) return undefined;
    this.elements[place] = copy as Json;
    return copy;
  }

  /** The stored element that has a value already, where it says nothing against being the one that is chosen. */
  findValue(slot: string, value: Json): Writable | undefined {
    if (slot.startsWith("#") || value === null) return undefined;
    const mayBe = (each: Json): each is Writable & JsonObject =>
      isJsonObject(each) && (slot === "primary" || each.type === undefined);
    return this.elements.filter(mayBe).find((each) => this.isSame(each, value));
  }

  add(element: Writable): Writable {
    this.elements.push(element as Json);
    return element;
  }

  remove(element: Writable): void {
    this.elements = this.elements.filter((each) => each !== element);
  }

  /** Puts these values in the place of all but the chosen ones; a stored element whose value is among them stays. */
  replace(values: readonly Json[]): void {
    const before = this.elements;
    const kept = values.map((value) => before.find((element) => this.isSame(element, value)) ?? value);
    this.elements = [...before.filter((element) => this.chosen.has(element)), ...kept];
  }

  private isSame(left: Json, right: Json): boolean {
    const [a, b] = [this.valueOf(left), this.valueOf(right)];
    return a !== undefined && a === b;
  }

  private valueOf(element: Json): Json | undefined {
    const value = isJsonObject(element) ? element.value : element;
    return typeof value === "string" && this.canonical !== undefined ? this.canonical(value) : value;
  }

  private placeOf(slot: string): number | undefined {
    if (slot.startsWith("#")) {
      const index = Number(slot.slice(1));
      return index < this.count ? index : undefined;
    }
    const index = this.stored.findIndex((element) => isJsonObject(element) && isChosen(element, slot));
    return index === -1 ? undefined : index;
  }
}

function isChosen(element: JsonObject, slot: string): boolean {
  if (slot === "primary") return element.primary === true;
  return typeof element.type === "string" && `type ${element.type.toLowerCase()}` === slot;
}
