import { foldCase } from "../scim/resource/fold.ts";
import type { RunPorts } from "./ports.ts";
import type { MappedRow } from "./row.ts";

/** What a group name in a file stands for. */
export type GroupReference =
  | { readonly id: string }
  /** Nobody has made it; the import makes it, with this id. */
  | { readonly id: string; readonly makes: string }
  | { readonly wrong: "unknown" | "ambiguous" };

const unknown: GroupReference = Object.freeze({ wrong: "unknown" });

/** The groups that a file names, each looked up once: by displayName, else by id. */
export class GroupNames {
  private readonly known = new Map<string, GroupReference>();

  /** @param creates whether groups that nobody has made are made */
  constructor(private readonly creates: boolean) {}

  get(name: string): GroupReference {
    return this.known.get(foldCase(name)) ?? unknown;
  }

  /** The group is there from now on. */
  made(name: string, id: string): void {
    this.known.set(foldCase(name), { id });
  }

  async resolve(ports: RunPorts, tenantId: number, rows: readonly MappedRow[]): Promise<void> {
    for (const { groups } of rows) {
      for (const name of groups ?? []) {
        const key = foldCase(name);
        if (!this.known.has(key)) this.known.set(key, await this.lookUp(ports, tenantId, name, key));
      }
    }
  }

  private async lookUp(
    { store, newId }: RunPorts,
    tenantId: number,
    name: string,
    key: string,
  ): Promise<GroupReference> {
    const [id, other] = await store.resources.idsByDisplay(tenantId, "Group", key);
    if (id !== undefined) return other === undefined ? { id } : { wrong: "ambiguous" };
    const byId = isUuid(name) ? await store.resources.get(tenantId, "Group", name) : undefined;
    if (byId !== undefined) return { id: byId.id };
    return this.creates && !isUuid(name) ? { id: newId(), makes: name } : unknown;
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}
