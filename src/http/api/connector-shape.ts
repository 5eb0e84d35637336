import { z } from "@hono/zod-openapi";
import { FilterParser } from "ldapts";
import {
  type Authentication,
  type Bind,
  type Connector,
  missingChoices,
  type StoredConnector,
} from "../../provisioning/connector.ts";
import { ldapRules, rulesMax, ruleTypes, simpleIdServerRules } from "../../provisioning/mapping-rule.ts";
import { isJsonObject } from "../../scim/json.ts";
import { pageResourcesMax } from "../../scim/limits.ts";
import { parseAs } from "../body.ts";
import { isoOf } from "./instant.ts";

const text = z.string().trim().min(1).max(500);
const secret = z.string().min(1).max(4096);
const address = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .max(2000)
  .refine((value) => !/^https?:\/\/[^/]*@/.test(value), "must not hold a user or a password")
  .transform((value) => value.replace(/\/+$/, ""));

const authentications = [
  { type: z.literal("APIKEY") },
  { type: z.literal("BASIC"), userName: text },
  { type: z.literal("CLIENT_SECRET_POST"), tokenUrl: address, clientId: text, scope: text.optional() },
] as const;
/** The name of what is secret in each way to log in. */
const secretNames = { APIKEY: "apiKey", BASIC: "password", CLIENT_SECRET_POST: "clientSecret" } as const;

const [apiKey, basic, clientSecretPost] = authentications;
/** How a connector logs in, with what is secret where it is to be set. */
const authenticationSchema = z.discriminatedUnion("type", [
  z.strictObject({ ...apiKey, apiKey: secret.optional() }),
  z.strictObject({ ...basic, password: secret.optional() }),
  z.strictObject({ ...clientSecretPost, clientSecret: secret.optional() }),
]);
const shownAuthenticationSchema = z.discriminatedUnion("type", [
  z.object(apiKey),
  z.object(basic),
  z.object({ ...clientSecretPost, tokenUrl: z.string() }),
]);

const ruleSchema = z.strictObject({
  from: text.meta({ description: "a JSONPath on the source's entry", example: "$.name.givenName" }),
  type: z.enum(ruleTypes),
  target: text
    .optional()
    .meta({ description: "the path of the attribute, of ATTRIBUTE alone", example: "name.givenName" }),
  multiple: z.boolean().optional(),
});

const scheduleSchema = z.strictObject({
  cron: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .meta({ description: "minute, hour, day, month, day of the week", example: "0 3 * * *" }),
  timezone: z.string().trim().min(1).max(64).default("UTC"),
  import: z.boolean().default(true).meta({ description: "whether what it extracts is imported at once" }),
});

/** What connectors of every kind have. */
const common = {
  name: z.string().trim().min(1).max(200),
  ca: z.string().max(100_000).optional().meta({ description: "certificates (PEM) by which the source's is checked" }),
  count: z.int().min(1).max(pageResourcesMax),
  filter: z.string().max(2000),
  rules: z.array(ruleSchema).min(1).max(rulesMax),
  missing: z.enum(missingChoices),
  missingPercentMax: z.int().min(0).max(100),
  adopt: z.boolean(),
  createGroups: z.boolean(),
  userStore: z.string().trim().max(64),
  enabled: z.boolean(),
  schedule: scheduleSchema.nullable(),
} as const;
const commonDefaults = {
  ...common,
  missing: common.missing.default("keep"),
  missingPercentMax: common.missingPercentMax.default(10),
  adopt: common.adopt.default(false),
  createGroups: common.createGroups.default(false),
  userStore: common.userStore.default(""),
  enabled: common.enabled.default(true),
  schedule: common.schedule.default(null),
} as const;

const scimUrl = address.meta({ description: "the address before /Users", example: "https://scim.example.org/scim/v2" });
const scimSettings = { kind: z.literal("scim"), url: scimUrl, authentication: authenticationSchema } as const;

const ldapUrl = z
  .url({ protocol: /^ldaps?$/, hostname: /./, error: "must be an ldap or ldaps URL" })
  .max(2000)
  .refine((value) => !value.includes("@"), "must not hold a user or a password")
  .transform((value) => value.replace(/\/+$/, ""))
  .meta({ description: "the directory", example: "ldaps://ldap.example.org" });
const ldapFilter = common.filter.min(1).refine(isLdapFilter, "must be a filter of LDAP, such as (objectClass=person)");
const bind = { type: z.literal("BIND"), bindDn: text } as const;
const ldapSettings = {
  kind: z.literal("ldap"),
  url: ldapUrl,
  startTls: z.boolean(),
  baseDn: text,
  authentication: z.strictObject({ ...bind, password: secret.optional() }),
} as const;

function isLdapFilter(filter: string): boolean {
  try {
    FilterParser.parseString(filter);
    return true;
  } catch {
    return false;
  }
}

/** New connectors by their kind. */
const newSchemas = {
  scim: z.strictObject({
    ...commonDefaults,
    ...scimSettings,
    kind: scimSettings.kind.default("scim"),
    count: common.count.default(100),
    filter: common.filter.default(""),
    rules: common.rules.default([...simpleIdServerRules]),
  }),
  ldap: z.strictObject({
    ...commonDefaults,
    ...ldapSettings,
    startTls: ldapSettings.startTls.default(false),
    count: common.count.default(500),
    filter: ldapFilter.default("(objectClass=person)"),
    rules: common.rules.default([...ldapRules]),
  }),
} as const;
/** Changes of them: what is not named stays. */
const patchSchemas = {
  scim: z.strictObject({ ...common, ...scimSettings }).partial(),
  ldap: z.strictObject({ ...common, ...ldapSettings, filter: ldapFilter }).partial(),
} as const;

export const newConnectorSchema = z.union([newSchemas.scim, newSchemas.ldap]);
export const connectorPatchSchema = z.union([patchSchemas.scim, patchSchemas.ldap]);
export type NewConnector = z.output<typeof newConnectorSchema>;

/** The body of a new connector, which is of the kind that it says, or of SCIM; throws ScimError invalidValue. */
export function readNewConnector(body: unknown): NewConnector {
  const isLdap = isJsonObject(body) && body.kind === "ldap";
  return isLdap ? parseAs(body, newSchemas.ldap) : parseAs(body, newSchemas.scim);
}

/** A connector with what the body of a PATCH names of it, and the secret there; its kind stays. */
export function patchConnector(before: Connector, name: string, body: unknown): Parts {
  if (before.kind === "scim") {
    const { authentication, ...patch } = parseAs(body, patchSchemas.scim);
    const login = authentication === undefined ? before.authentication : withoutSecret(authentication);
    const { name: renamed = name, ...named } = patch;
    const connector: Connector = { ...before, ...defined(named), authentication: login };
    return { name: renamed, connector, secret: authentication && secretOf(authentication) };
  }
  const { authentication, ...patch } = parseAs(body, patchSchemas.ldap);
  const login = authentication === undefined ? before.authentication : bindOf(authentication);
  const { name: renamed = name, ...named } = patch;
  return {
    name: renamed,
    connector: { ...before, ...defined(named), authentication: login },
    secret: authentication?.password,
  };
}

/** Without what was not said, which would else stand for nothing at all. */
function defined<T extends object>(named: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // What is left out is exactly what the type takes away.
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as never;
}

const shown = {
  id: z.string(),
  ...common,
  url: z.string(),
  hasSecret: z.boolean().meta({ description: "the secret itself is told nobody" }),
  created: z.string(),
  modified: z.string(),
} as const;
export const connectorSchema = z
  .union([
    z.object({ ...shown, kind: scimSettings.kind, authentication: shownAuthenticationSchema }),
    z.object({ ...shown, ...ldapSettings, url: z.string(), authentication: z.object(bind) }),
  ])
  .openapi("Connector");

export interface Parts {
  readonly name: string;
  readonly connector: Connector;
  readonly secret: string | undefined;
}

/** What is kept in clear, and the secret that was sent with it. */
export function partsOf(asked: NewConnector): Parts {
  if (asked.kind === "scim") {
    const { name, authentication, ...rest } = asked;
    return {
      name,
      connector: { ...rest, authentication: withoutSecret(authentication) },
      secret: secretOf(authentication),
    };
  }
  const { name, authentication, ...rest } = asked;
  return { name, connector: { ...rest, authentication: bindOf(authentication) }, secret: authentication.password };
}

function bindOf({ type, bindDn }: { readonly type: "BIND"; readonly bindDn: string }): Bind {
  return { type, bindDn };
}

type Asked = z.output<typeof authenticationSchema>;

function secretOf(authentication: Asked): string | undefined {
  const value: unknown = Reflect.get(authentication, secretNames[authentication.type]);
  return typeof value === "string" ? value : undefined;
}

function withoutSecret(authentication: Asked): Authentication {
  switch (authentication.type) {
    case "APIKEY":
      return { type: authentication.type };
    case "BASIC":
      return { type: authentication.type, userName: authentication.userName };
    case "CLIENT_SECRET_POST": {
      const { type, tokenUrl, clientId, scope } = authentication;
      return { type, tokenUrl, clientId, ...(scope !== undefined && { scope }) };
    }
  }
}

export function shownConnector(connector: StoredConnector) {
  const { created, modified, rules, ...rest } = connector;
  const { tenantId: _, ...about } = rest;
  return { ...about, rules: rules.map((rule) => ({ ...rule })), created: isoOf(created), modified: isoOf(modified) };
}
