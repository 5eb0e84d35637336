import type { XmlAttributes, XmlHandler } from "./xml.ts";

/** A sheet as the workbook lists it. */
export interface ListedSheet {
  readonly name: string;
  readonly isVisible: boolean;
  /** The relationship of the workbook that leads to its part. */
  readonly relationship: string;
}

/** Reads `workbook.xml`: its sheets in order, and by which calendar it counts days. */
export class WorkbookHandler implements XmlHandler {
  readonly sheets: ListedSheet[] = [];
  from1904 = false;

  open(name: string, attributes: XmlAttributes): void {
    if (name === "workbookPr") this.from1904 = isTrue(attributes.date1904);
    if (name !== "sheet") return;
    const id = Object.entries(attributes).find(([key]) => key.endsWith(":id"));
    const isVisible = (attributes.state ?? "visible") === "visible";
    this.sheets.push({ name: attributes.name ?? "", isVisible, relationship: id?.[1] ?? "" });
  }

  close(): void {}
  text(): void {}
}

/** Reads a part of relationships: where each leads to, and of which kind it is. */
export class RelationshipsHandler implements XmlHandler {
  /** By their ids. */
  readonly targets = new Map<string, { readonly kind: string; readonly part: string }>();
  readonly #folder: string;

  /** `folder` is that of the part the relationships are of; targets are relative to it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  open(name: string, { Id, Type = "", Target = "", TargetMode }: XmlAttributes): void {
    if (name !== "Relationship" || Id === undefined || TargetMode === "External") return;
    // The address differs between the editions of the standard, its last word does not.
    const kind = Type.slice(Type.lastIndexOf("/") + 1);
    this.targets.set(Id, { kind, part: resolve(this.#folder, Target) });
  }

  close(): void {}
  text(): void {}

  /** The part that a relationship of a kind leads to. */
  ofKind(kind: string): string | undefined {
    return [...this.targets.values()].find((target) => target.kind === kind)?.part;
  }
}

function isTrue(value: string | undefined): boolean {
  return value === "1" || value === "true" || value === "on";
}

/** The name of a part as the archive has it. */
function resolve(folder: string, target: string): string {
  const steps = target.startsWith("/") ? [] : folder.split("/").filter((step) => step !== "");
  for (const step of target.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "" && step !== ".") steps.push(step);
  }
  return steps.join("/");
}

/** The folder of a part, with its slash; empty for one at the top. */
export function folderOf(part: string): string {
  return part.slice(0, part.lastIndexOf("/") + 1);
}

/** The part that has the relationships of a part. */
export function relationshipsOf(part: string): string {
  return `${folderOf(part)}_rels/${part.slice(folderOf(part).length)}.rels`;
}
