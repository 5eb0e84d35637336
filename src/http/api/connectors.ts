import { z } from "@hono/zod-openapi";
import {
  type Connector,
  connectorOf,
  keepsSecret,
  type StoredConnector,
  sealSecret,
} from "../../provisioning/connector.ts";
import { compileRules } from "../../provisioning/mapping-rule.ts";
import { requireSchedule } from "../../provisioning/schedule.ts";
import { ScimError } from "../../scim/error.ts";
import { userTypeOf } from "../../scim/resource/type.ts";
import type { Store } from "../../storage/port.ts";
import type { ConnectorRecord } from "../../storage/provisioning.ts";
import { requireScope } from "../auth.ts";
import { readJsonBody } from "../body.ts";
import { type AppPorts, originOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";
import {
  connectorPatchSchema,
  connectorSchema,
  newConnectorSchema,
  partsOf,
  patchConnector,
  readNewConnector,
  shownConnector,
} from "./connector-shape.ts";
import { allRoute, bodyErrors, endRoute, idParameter, oneRoute } from "./route-kinds.ts";

/*
 *   GET, POST           /api/provisioning/connectors        places that users are taken from
 *   GET, PATCH, DELETE  /api/provisioning/connectors/{id}
 */

const path = "/api/provisioning/connectors";
const tags = ["Provisioning"];
const response = { description: "The connector", content: { "application/json": { schema: connectorSchema } } };

const listRoute = allRoute({
  path,
  operationId: "listConnectors",
  summary: "The places that users are taken from",
  tags,
  description: "All of them, by name",
  schema: z.object({ connectors: z.array(connectorSchema) }),
});
const getRoute = oneRoute({
  path: `${path}/{id}`,
  operationId: "getConnector",
  summary: "One of them, without its secret",
  tags,
  description: "The connector",
  schema: connectorSchema,
});
const deleteRoute = endRoute({
  path: `${path}/{id}`,
  operationId: "deleteConnector",
  summary: "Forget a place and its history; who came from it stays",
  tags,
  description: "It is gone",
});

const noConnector = (id: string) =>
  new ScimError("notFound", `There is no connector ${JSON.stringify(id.slice(0, 64))}.`);

/** The connector that an address names; throws ScimError notFound. */
export async function findConnector(
  { provisioning }: Pick<Store, "provisioning">,
  tenantId: number,
  id: string,
): Promise<ConnectorRecord> {
  const found = await provisioning.connector(tenantId, id);
  if (found === undefined) throw noConnector(id);
  return found;
}

/** Mounts the connectors of the API. */
export function mountConnectors(app: App, ports: AppPorts): void {
  const { store } = ports;

  app.openapi(listRoute, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const records = await store.provisioning.connectors(tenantId);
    return c.json({ connectors: records.map((record) => shownConnector(connectorOf(record))) }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const record = await findConnector(store, tenantId, c.req.valid("param").id);
    return c.json(shownConnector(connectorOf(record)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const { id } = c.req.valid("param");
    const [result] = await store.commit([{ tenantId, changes: [{ kind: "deleteConnector", id }] }]);
    if (result?.applied !== true) throw noConnector(id);
    return c.body(null, 204);
  });

  mountConnectorChanges(app, ports);
}

function mountConnectorChanges(app: App, ports: AppPorts): void {
  const { store, newId } = ports;

  app.post(path, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const { name, connector, secret } = partsOf(readNewConnector(await readJsonBody(c)));
    const id = newId();
    const shown = await saveConnector(ports, tenantId, { id, name, connector, isNew: true, secret });
    return c.json(shown, 201, { Location: `${originOf(c.req.url)}${path}/${id}` });
  });
  describe(app, {
    method: "post",
    path,
    operationId: "createConnector",
    summary: "Register a place that users are taken from",
    tags,
    requestBody: jsonBody(newConnectorSchema),
    responses: { 201: response },
    errors: ["uniqueness", ...bodyErrors],
  });

  app.patch(`${path}/:id`, async (c) => {
    const { tenantId } = requireScope(c, "provisioning:write");
    const id = c.req.param("id");
    const record = await findConnector(store, tenantId, id);
    const before = connectorOf(record);
    const { name, connector, secret } = patchConnector(settingsOf(before), record.name, await readJsonBody(c));
    // Sent to another address, a secret would be somebody else's.
    const cleared = secret === undefined && !keepsSecret(before, connector) ? null : secret;
    return c.json(await saveConnector(ports, tenantId, { id, name, connector, isNew: false, secret: cleared }), 200);
  });
  describe(app, {
    method: "patch",
    path: `${path}/{id}`,
    operationId: "changeConnector",
    summary: "Change what is named; another address forgets the secret",
    tags,
    parameters: [idParameter],
    requestBody: jsonBody(connectorPatchSchema),
    responses: { 200: response },
    errors: ["notFound", "uniqueness", ...bodyErrors],
  });
}

/** A connector without what is kept beside its settings. */
function settingsOf(stored: StoredConnector): Connector {
  const { id: _, tenantId: __, name: ___, hasSecret: ____, created: _____, modified: ______, ...settings } = stored;
  return settings;
}

interface Wanted {
  readonly id: string;
  readonly name: string;
  readonly connector: Connector;
  readonly isNew: boolean;
  /** Null forgets the one there is; undefined leaves it. */
  readonly secret: string | null | undefined;
}

async function saveConnector(ports: AppPorts, tenantId: number, wanted: Wanted) {
  const { store, catalog, provisioner, now } = ports;
  const { id, name, connector, isNew, secret } = wanted;
  // What can not be compiled is refused now, and not when it runs.
  if (connector.schedule !== null) requireSchedule(connector.schedule, now());
  compileRules(connector.rules, userTypeOf(await catalog.typesOf(tenantId)).type);
  const sealed = typeof secret === "string" ? sealSecret(provisioner.sealer(), { tenantId, id }, secret) : secret;
  const change = { kind: "putConnector", id, name, doc: JSON.stringify(connector), isNew, at: now() } as const;
  const changes = [{ ...change, ...(sealed !== undefined && { sealed }) }];
  const [result] = await store.commit([{ tenantId, changes }]);
  if (result?.applied === false && result.refusal.kind === "uniqueness") {
    throw new ScimError("uniqueness", `name ${JSON.stringify(name)} is in use.`);
  }
  return shownConnector(connectorOf(await findConnector(store, tenantId, id)));
}
