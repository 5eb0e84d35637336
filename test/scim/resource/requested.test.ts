import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compatibleProfile } from "../../../src/scim/profile.ts";
import { project, readProjection } from "../../../src/scim/resource/projection.ts";
import { projectionOfWrite, requestedNames } from "../../../src/scim/resource/requested.ts";
import { compileType } from "../../../src/scim/resource/type.ts";
import { buildRegistry, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { patchOpUrn } from "../../../src/scim/urn.ts";
import { typeNamed } from "../../support/scim.ts";

const urn = "urn:example:schemas:Badge";
const cardUrn = "urn:example:schemas:2.0:Card";
const request = { returned: "request" } as const;
const parts = [attribute("value", ""), attribute("plan", "", request)];

const [type = expect.unreachable()]: readonly ResourceType[] = buildRegistry(
  [
    {
      id: urn,
      name: "Badge",
      description: "",
      attributes: [
        attribute("colour", ""),
        attribute("photo", "", request),
        attribute("shop", "", { type: "complex", subAttributes: parts }),
        attribute("doors", "", { type: "complex", multiValued: true, ...request, subAttributes: parts }),
        attribute("holder", "", { type: "complex", returned: "always", subAttributes: parts }),
      ],
    },
    {
      id: cardUrn,
      name: "Card",
      description: "",
      attributes: [
        attribute("limit", ""),
        attribute("pin", "", request),
        attribute("bank", "", { returned: "always" }),
      ],
    },
  ],
  [
    {
      name: "Badge",
      endpoint: "/Badges",
      description: "",
      schema: urn,
      schemaExtensions: [{ schema: cardUrn, required: false }],
    },
  ],
).resourceTypes;

const patch = (...Operations: unknown[]) => ({ schemas: [patchOpUrn], Operations });

describe("what a body names of what is returned on request", () => {
  const pin = `${cardUrn}:pin`;
  const bodies: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["S-20 nothing", { schemas: [urn], colour: "red" }, []],
    ["S-20 an attribute in any case", { PHOTO: "x", colour: "red" }, ["photo"]],
    ["S-20 also without a value", { photo: null }, ["photo"]],
    ["S-20 a part of a complex value", { shop: { value: "x", Plan: "y" } }, ["shop.plan"]],
    ["S-20 parts of many values", { doors: [{ value: "x" }, { plan: "y" }] }, ["doors", "doors.plan"]],
    ["S-20 an extension's attribute under its URN", { [cardUrn.toUpperCase()]: { PIN: "1", limit: "2" } }, [pin]],
    ["S-20 under the URN of the base schema", { [urn]: { photo: "x" } }, ["photo"]],
    ["S-20 an extension's attribute at the top, where that is forgiven", { pin: "1" }, [pin]],
    ["S-20 of a PATCH by path", patch({ op: "add", path: "photo", value: "x" }), ["photo"]],
    [
      "S-20 of a PATCH in any case",
      { SCHEMAS: [patchOpUrn.toUpperCase()], operations: [{ PATH: "Photo" }] },
      ["photo"],
    ],
    ["S-20 of a PATCH by a path with its URN", patch({ op: "remove", path: `${cardUrn}:pin` }), [pin]],
    ["S-20 of a PATCH by the URN alone", patch({ op: "add", path: cardUrn, value: { pin: "1" } }), [pin]],
    ["S-20 of a PATCH by a path into a value", patch({ op: "add", path: "shop", value: { plan: "y" } }), ["shop.plan"]],
    ["S-20 of a PATCH by a part", patch({ op: "add", path: "shop.plan", value: "y" }), ["shop.plan"]],
    [
      "S-20 of a PATCH behind brackets",
      patch({ op: "add", path: 'doors[value eq "]["].plan', value: "y" }),
      ["doors", "doors.plan"],
    ],
    ["S-20 of a PATCH without a path", patch({ op: "add", value: { photo: "x", [pin]: "1" } }), ["photo", pin]],
    [
      "S-20 of several operations, each once",
      patch({ path: "photo" }, { path: "pin" }, { path: "PHOTO" }),
      ["photo", pin],
    ],
    ["S-20 not what a PATCH has beside its operations", { ...patch({ path: "colour" }), photo: "x" }, []],
    ["names that nothing has", { "a b": 1, "urn:x": 2, "": 3, "x[": 4, __proto__: { photo: "x" } }, []],
  ];
  test.each(bodies)("%s", (_, body, expected) => {
    expect(requestedNames(type, body)).toEqual(expected);
  });

  test("is told of any JSON, and never fails", () => {
    const paths = fc.constantFrom("photo", "pin", cardUrn, "doors[", "]", "shop.plan", "a.b.c", "", "urn:");
    const json = fc.jsonValue({ maxDepth: 4 });
    const operation = fc.oneof(json, fc.record({ path: fc.oneof(paths, json), value: json }));
    const body = fc.oneof(
      json,
      fc.dictionary(fc.oneof(paths, fc.string()), json),
      fc.record({ schemas: fc.constant([patchOpUrn]), Operations: fc.oneof(json, fc.array(operation)) }),
    );
    fc.assert(
      fc.property(body, (any) => {
        for (const name of requestedNames(type, any)) {
          expect(["photo", "shop.plan", "doors", "doors.plan", "holder.plan", `${cardUrn}:pin`]).toContain(name);
        }
      }),
    );
  });

  test("a type that has nothing of the kind is asked for nothing", () => {
    expect(requestedNames(typeNamed("User"), { userName: "x", photos: [{ value: "y" }] })).toEqual([]);
    expect(projectionOfWrite(typeNamed("User"), undefined, { userName: "x" })).toBeUndefined();
  });
});

const card = { limit: "1", pin: "2", bank: "b" };
const place = { value: "v", plan: "p" };
const badge = {
  id: "1",
  schemas: [urn, cardUrn],
  colour: "red",
  photo: "face",
  shop: place,
  doors: [place, { plan: "q" }],
  holder: place,
  [cardUrn]: card,
};

describe("what is shown of it", () => {
  /** What is shown beside id and schemas. */
  function shown(query: { readonly attributes?: string; readonly excluded?: string }, body?: unknown): unknown {
    const names = (text = ""): readonly string[] => (text === "" ? [] : text.split(","));
    const asked = readProjection(type, names(query.attributes), names(query.excluded), compatibleProfile);
    const { id, schemas, ...rest } = project(type, badge, body ? projectionOfWrite(type, asked, body) : asked);
    expect([id, schemas]).toEqual(["1", [urn, cardUrn]]);
    return rest;
  }

  const holder = { value: "v" };
  const shop = { value: "v" };
  const rest = { [cardUrn]: { limit: "1", bank: "b" } };
  const rows: readonly (readonly [string, Parameters<typeof shown>, unknown])[] = [
    ["S-19 S-20 of a query that names nothing", [{}], { colour: "red", shop, holder, ...rest }],
    ["A-7 an attribute by its name", [{ attributes: "photo" }], { photo: "face", holder, [cardUrn]: { bank: "b" } }],
    [
      "A-7 A-8 a part by its name",
      [{ attributes: "shop.plan" }],
      { shop: { plan: "p" }, holder, [cardUrn]: { bank: "b" } },
    ],
    [
      "A-7 A-9 a part of many, beside the whole",
      [{ attributes: "doors,doors.plan" }],
      { doors: badge.doors, holder, [cardUrn]: { bank: "b" } },
    ],
    [
      "A-7 not a part, by the name of the whole",
      [{ attributes: "doors" }],
      { doors: [{ value: "v" }], holder, [cardUrn]: { bank: "b" } },
    ],
    [
      "A-7 S-17 a part of what is always shown",
      [{ attributes: "holder.plan" }],
      { holder: place, [cardUrn]: { bank: "b" } },
    ],
    ["A-11 not by the URN of the whole", [{ attributes: cardUrn }], { holder, ...rest }],
    ["A-11 A-7 beside the URN of the whole", [{ attributes: `${cardUrn},pin` }], { holder, [cardUrn]: card }],
    [
      "S-17 what is always shown of an extension that is hidden",
      [{ excluded: cardUrn }],
      { colour: "red", shop, holder, [cardUrn]: { bank: "b" } },
    ],
    [
      "S-20 of a write that names an attribute",
      [{}, { photo: "x" }],
      { colour: "red", photo: "face", shop, holder, ...rest },
    ],
    [
      "S-20 of a write that names an extension's",
      [{}, { [cardUrn]: { pin: "1" } }],
      { colour: "red", shop, holder, [cardUrn]: card },
    ],
    [
      "S-20 of a write that names a part",
      [{}, { shop: { plan: "x" } }],
      { colour: "red", shop: place, holder, ...rest },
    ],
    [
      "S-20 A-3 of a write that asks for others",
      [{ attributes: "colour" }, { photo: "x" }],
      { colour: "red", holder, [cardUrn]: { bank: "b" } },
    ],
    [
      "S-20 A-4 of a write that hides another",
      [{ excluded: "colour" }, { photo: "x" }],
      { photo: "face", shop, holder, ...rest },
    ],
    [
      "S-20 A-4 of a write that hides it",
      [{ excluded: "photo" }, { photo: "x" }],
      { colour: "red", shop, holder, ...rest },
    ],
  ];
  test.each(rows)("%s", (_, asked, expected) => {
    expect(shown(...asked)).toEqual(expected);
  });
});

test("S-20 a type knows whether anything of it is returned on request, a part too", () => {
  const only = (attributes: ReturnType<typeof attribute>[]) =>
    compileType({ ...type, base: { ...type.base, attributes }, extensions: [] }).hasRequested;
  expect(only([attribute("colour", "")])).toBe(false);
  expect(only([attribute("photo", "", request)])).toBe(true);
  expect(only([attribute("shop", "", { type: "complex", subAttributes: parts })])).toBe(true);
});
