import { z } from "@hono/zod-openapi";
import { type Connector, missingChoices, type StoredConnector } from "../../provisioning/connector.ts";
import { rulesMax, ruleTypes, simpleIdServerRules } from "../../provisioning/mapping-rule.ts";
import { pageResourcesMax } from "../../scim/limits.ts";
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

const settings = {
  name: z.string().trim().min(1).max(200),
  kind: z.literal("scim"),
  url: address.meta({ description: "the address before /Users", example: "https://scim.example.org/scim/v2" }),
  authentication: authenticationSchema,
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
} as const;

export const newConnectorSchema = z.strictObject({
  ...settings,
  kind: settings.kind.default("scim"),
  count: settings.count.default(100),
  filter: settings.filter.default(""),
  rules: settings.rules.default([...simpleIdServerRules]),
  missing: settings.missing.default("keep"),
  missingPercentMax: settings.missingPercentMax.default(10),
  adopt: settings.adopt.default(false),
  createGroups: settings.createGroups.default(false),
  userStore: settings.userStore.default(""),
  enabled: settings.enabled.default(true),
});
export type NewConnector = z.output<typeof newConnectorSchema>;

/** What is not named stays. */
export const connectorPatchSchema = z.strictObject(settings).partial();
export type ConnectorPatch = z.output<typeof connectorPatchSchema>;

export const connectorSchema = z
  .object({
    id: z.string(),
    ...settings,
    authentication: shownAuthenticationSchema,
    url: z.string(),
    hasSecret: z.boolean().meta({ description: "the secret itself is told nobody" }),
    created: z.string(),
    modified: z.string(),
  })
  .openapi("Connector");

/** What is kept in clear, and the secret that was sent with it. */
export function partsOf({ name, ...asked }: NewConnector): {
  readonly name: string;
  readonly connector: Connector;
  readonly secret: string | undefined;
} {
  const { authentication, ...rest } = asked;
  return {
    name,
    connector: { ...rest, authentication: withoutSecret(authentication) },
    secret: secretOf(authentication),
  };
}

type Asked = NewConnector["authentication"];

export function secretOf(authentication: Asked): string | undefined {
  const value: unknown = Reflect.get(authentication, secretNames[authentication.type]);
  return typeof value === "string" ? value : undefined;
}

export function withoutSecret(authentication: Asked): Connector["authentication"] {
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

export function shownConnector({ tenantId: _, created, modified, rules, ...rest }: StoredConnector) {
  return { ...rest, rules: rules.map((rule) => ({ ...rule })), created: isoOf(created), modified: isoOf(modified) };
}
