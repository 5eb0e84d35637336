import type { ResourceRecord } from "../port.ts";

/** The columns of a resource that make its record, and the rid for walking. */
export const resourceColumns = "rid, id, resource_type, version, created, modified, doc";

export interface ResourceRow {
  rid: number;
  id: string;
  resource_type: string;
  version: number;
  created: number;
  modified: number;
  doc: string;
}

export function recordOf(row: ResourceRow): ResourceRecord {
  const { id, resource_type: resourceType, version, created, modified, doc } = row;
  return { resourceType, id, version, created, modified, doc };
}
