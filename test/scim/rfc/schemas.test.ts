import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Body, objects, startServer, type TestServer, text } from "../../support/server.ts";
import { type ExampleName, example, examplesOf } from "./fixtures.ts";

/* The schemas of RFC 7643 §8.7.1 and §8.7.2, characteristic by characteristic, beside those that the server tells. */

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** What stands for a characteristic that is not said (RFC 7643 §2.2); a list that is not said is empty. */
const unsaid: Readonly<Record<string, unknown>> = { caseExact: false, uniqueness: "none" };
const characteristics = [
  "type",
  "multiValued",
  "required",
  "caseExact",
  "mutability",
  "returned",
  "uniqueness",
  "canonicalValues",
  "referenceTypes",
];

/** The attributes of a schema and their sub-attributes, by path. */
function attributesOf(attributes: unknown, prefix = ""): ReadonlyMap<string, Body> {
  return new Map(
    objects(attributes ?? []).flatMap((attribute): [string, Body][] => {
      const path = prefix + text(attribute.name);
      return [[path, attribute], ...attributesOf(attribute.subAttributes, `${path}.`)];
    }),
  );
}

/** Where the schema of the server departs from that of the RFC, a line each. */
function differences(rfc: Body, ours: Body): readonly string[] {
  const theirs = attributesOf(rfc.attributes);
  const served = attributesOf(ours.attributes);
  const said = (attribute: Body, name: string): string => JSON.stringify(attribute[name] ?? unsaid[name] ?? []);
  return [
    ...[...theirs.keys()].filter((path) => !served.has(path)).map((path) => `${path}: missing`),
    ...[...served.keys()].filter((path) => !theirs.has(path)).map((path) => `${path}: more`),
    ...[...theirs].flatMap(([path, attribute]) => {
      const own = served.get(path);
      return own === undefined
        ? []
        : characteristics
            .filter((name) => said(attribute, name) !== said(own, name))
            .map((name) => `${path} ${name}: ${said(attribute, name)} → ${said(own, name)}`);
    }),
  ].sort();
}

const references = "RFC 7643 §2.3.7: a reference is case exact; erratum 6001";
const ids = "RFC 7643 §3.1: an id is case exact; errata 8472 says so of the manager's";
const resourceTypeName = "RFC 7643 §3.1: meta.resourceType, which is case exact, is this name; it names one type";
const resourceTypeEndpoint = "RFC 7643 §2.3.7: a reference is case exact; one endpoint is of one type";
const types = "RFC 7643 §2.3.8: binary is a type too (erratum 5606), and a sub-attribute is never complex";
const pagination = "RFC 9865 §4";
const exact = "caseExact: false → true";
const unique = 'uniqueness: "none" → "server"';
const seven = '["string","complex","boolean","decimal","integer","dateTime","reference"]';
const simple = '"string","boolean","decimal","integer","dateTime","reference","binary"';
const clients = '"aim","gtalk","icq","xmpp","msn","skype","qq","yahoo"';

/** Every difference that there is, with its reason. */
const known: Readonly<Partial<Record<ExampleName, Readonly<Record<string, string>>>>> = {
  "rfc7643-8.7.1-schema-user": {
    "addresses.primary: more": "RFC 7643 §8.2 and RFC 7644 §3.5.2.3 use it",
    [`groups.$ref ${exact}`]: references,
    [`groups.value ${exact}`]: ids,
    [`ims.type canonicalValues: [${clients}] → [${clients},"other"]`]: "RFC 7643 §4.1.2 has it",
    [`photos.value ${exact}`]: references,
    [`profileUrl ${exact}`]: references,
    [`x509Certificates.value ${exact}`]: "RFC 7643 §2.3.6: a binary is case exact",
  },
  "rfc7643-8.7.1-schema-group": {
    "displayName required: false → true": "RFC 7643 §4.2: REQUIRED; erratum 5368",
    [`members.$ref ${exact}`]: references,
    "members.display: more": "RFC 7643 §2.4 has it, and §8.4 uses it",
    [`members.value ${exact}`]: ids,
  },
  "rfc7643-8.7.1-schema-enterprise-user": {
    [`manager.$ref ${exact}`]: references,
    [`manager.value ${exact}`]: ids,
  },
  "rfc7643-8.7.2-schema-service-provider-config": {
    [`authenticationSchemes.documentationUri ${exact}`]: references,
    "authenticationSchemes.primary: more": "RFC 7643 §8.5 uses it",
    [`authenticationSchemes.specUri ${exact}`]: references,
    "authenticationSchemes.type: more": "RFC 7643 §5: REQUIRED; erratum 8011",
    [`documentationUri ${exact}`]: references,
    "etag.supported: more": "RFC 7643 §5: REQUIRED",
    "etag: more": "RFC 7643 §5: REQUIRED",
    "pagination.cursor: more": pagination,
    "pagination.cursorTimeout: more": pagination,
    "pagination.defaultPageSize: more": pagination,
    "pagination.defaultPaginationMethod: more": pagination,
    "pagination.index: more": pagination,
    "pagination.maxPageSize: more": pagination,
    "pagination: more": pagination,
  },
  "rfc7643-8.7.2-schema-resource-type": {
    [`endpoint ${exact}`]: resourceTypeEndpoint,
    [`endpoint ${unique}`]: resourceTypeEndpoint,
    [`name ${exact}`]: resourceTypeName,
    [`name ${unique}`]: resourceTypeName,
    "schemaExtensions multiValued: false → true": "RFC 7643 §6: a list, and §8.6 shows one",
  },
  "rfc7643-8.7.2-schema-schema": {
    [`attributes.subAttributes.type canonicalValues: ${seven} → [${simple}]`]: types,
    "attributes.subAttributes.referenceTypes multiValued: false → true": "RFC 7643 §7: an array; erratum 5607",
    [`attributes.type canonicalValues: ${seven} → [${simple},"complex"]`]: types,
  },
};

describe("the schema that the server tells", () => {
  test.each(examplesOf("schema"))("%s is the same, but for differences with a reason", async (_, name) => {
    const rfc = example(name);
    const answer = await server.request("GET", `/scim/v2/Schemas/${text(rfc.id)}`);
    expect(answer.status, answer.text).toBe(200);
    expect([answer.json.id, answer.json.name]).toEqual([rfc.id, rfc.name]);
    expect(differences(rfc, answer.json)).toEqual(Object.keys(known[name] ?? {}).sort());
  });

  test.each(examplesOf("schema"))("%s is in the list of all schemas as it is by itself", async (_, name) => {
    const { id } = example(name);
    const alone = (await server.request("GET", `/scim/v2/Schemas/${text(id)}`)).json;
    const listed = objects((await server.request("GET", "/scim/v2/Schemas")).json.Resources);
    expect(listed.filter((schema) => schema.id === id)).toEqual([alone]);
  });
});
