import { ScimError } from "../scim/error.ts";
import { isJsonObject, isList, type Json, type JsonObject, jsonTypeName, ownInAnyCase } from "../scim/json.ts";
import type { ResourceType } from "../scim/schema/registry.ts";
import { findAttribute } from "../scim/schema/registry.ts";
import type { AttributeDefinition } from "../scim/schema/schema.ts";
import { enterpriseUserUrn, patchOpUrn } from "../scim/urn.ts";
import { toBody2 } from "./body.ts";
import { enterprise1Urn } from "./urn.ts";

/*
 * A PATCH of SCIM 1.1 is a part of the resource (draft-scim-api-01 §3.3.2): first the attributes that `meta.attributes`
 * names are taken away, then the body is merged. As operations of 2.0 that is: `remove` for what goes, `replace` for what
 * has one value, and for each element of a list `replace` where one has its `value` already, or `add`.
 */

type Operation = { readonly op: "add" | "replace" | "remove"; readonly path: string; readonly value?: Json };

/**
 * The body of a PATCH of 1.1 as one of 2.0; undefined when it changes nothing.
 *
 * @throws ScimError invalidValue when `meta` has no list of names, invalidSyntax for another shape
 * @example toPatch2(userType, { name: { familyName: "Tester" } })
 */
export function toPatch2(type: ResourceType, body: JsonObject): JsonObject | undefined {
  if (ownInAnyCase(body, "Operations") !== undefined) {
    throw new ScimError("invalidSyntax", "Operations are a PATCH of SCIM 2.0; one of 1.1 is a part of the resource.");
  }
  const gone = namesIn(ownInAnyCase(body, "meta"));
  const { schemas: _, ...given } = toBody2(body, type.base.id);
  const sets = Object.entries(given).flatMap(([name, value]) => operationsAt(type, name, value ?? null, gone));
  const set = new Set(sets.filter(({ op }) => op === "replace").map(({ path }) => path.toLowerCase()));
  const removes = gone
    .map((name): Operation => ({ op: "remove", path: pathOf(name) }))
    .filter(({ path }) => !isReplacedWhole(type, path, set));
  const operations = [...removes, ...sets];
  return operations.length === 0 ? undefined : { schemas: [patchOpUrn], Operations: operations };
}

function namesIn(meta: Json | undefined): readonly string[] {
  if (meta === undefined) return [];
  const attributes = isJsonObject(meta) ? ownInAnyCase(meta, "attributes") : undefined;
  if (!isList(attributes)) {
    throw new ScimError("invalidValue", 'An array of "attributes" needs to be present in "meta" of the SCIM request');
  }
  return attributes.map((name) => {
    if (typeof name === "string") return name;
    throw new ScimError("invalidValue", `meta.attributes must be names, not ${jsonTypeName(name)}.`);
  });
}

/** A name of 1.1 as a path of 2.0: with the URN of the extension, and `value` for a manager's id. */
function pathOf(name: string): string {
  const isEnterprise = name.toLowerCase().startsWith(enterprise1Urn);
  if (!isEnterprise) return name;
  const rest = name.slice(enterprise1Urn.length).replace(/^[:.]/, "");
  const path = rest.replace(/^manager\.managerId$/i, "manager.value");
  return path === "" ? enterpriseUserUrn : `${enterpriseUserUrn}:${path}`;
}

/** Whether what is to go has a single value that the body sets anew: a required one may not be away in between. */
function isReplacedWhole(type: ResourceType, path: string, set: ReadonlySet<string>): boolean {
  const attribute = attributeOf(type, path);
  return attribute !== undefined && attribute.type !== "complex" && set.has(path.toLowerCase());
}

function attributeOf(type: ResourceType, name: string): AttributeDefinition | undefined {
  return findAttribute(type.base.attributes, name);
}

function operationsAt(type: ResourceType, name: string, value: Json, gone: readonly string[]): readonly Operation[] {
  const extension = type.extensions.find(({ schema }) => schema.id.toLowerCase() === name.toLowerCase());
  if (extension !== undefined && isJsonObject(value)) {
    return Object.entries(value).flatMap(([inner, part]) => {
      const attribute = findAttribute(extension.schema.attributes, inner);
      return setAt(attribute, `${extension.schema.id}:${inner}`, part ?? null, false);
    });
  }
  const isGone = gone.some((each) => each.toLowerCase() === name.toLowerCase());
  return setAt(attributeOf(type, name), name, value, isGone);
}

/** @param isGone whether all values are taken away before: there is nothing then to delete, or to merge with */
function setAt(attribute: AttributeDefinition | undefined, path: string, value: Json, isGone: boolean): Operation[] {
  if (value === null) return [{ op: "remove", path }];
  if (attribute?.multiValued !== true) return [{ op: "replace", path, value }];
  const elements = isList(value) ? value : [value];
  const wanted = elements.filter((element) => !isDelete(element));
  const unwanted = isGone ? [] : elements.filter(isDelete);
  if (attribute.name === "members") return [...memberRemoval(path, unwanted), ...memberAddition(path, wanted)];
  return [
    ...unwanted.flatMap((element) => removal(attribute, path, element)),
    ...wanted.map((element) => (isGone ? addition(path, element) : merging(path, element))),
  ];
}

function isDelete(element: Json): boolean {
  if (!isJsonObject(element)) return false;
  const operation = ownInAnyCase(element, "operation");
  return typeof operation === "string" && operation.toLowerCase() === "delete";
}

function memberAddition(path: string, members: readonly Json[]): Operation[] {
  return members.length === 0 ? [] : [{ op: "add", path, value: members.map(withoutOperation) }];
}

function memberRemoval(path: string, members: readonly Json[]): Operation[] {
  return members.length === 0 ? [] : [{ op: "remove", path, value: members.map(withoutOperation) }];
}

function addition(path: string, element: Json): Operation {
  return { op: "add", path, value: [withoutOperation(element)] };
}

/** The element takes the place of one with the same `value`, and is added where there is none. */
function merging(path: string, element: Json): Operation {
  const value = isJsonObject(element) ? ownInAnyCase(element, "value") : element;
  if (typeof value !== "string") return addition(path, element);
  const whole = isJsonObject(element) ? withoutOperation(element) : { value };
  return { op: "replace", path: `${path}[value eq ${JSON.stringify(value)}]`, value: whole };
}

/** The elements that are like this one: by its `value`, or by all it has where elements have none (addresses). */
function removal(attribute: AttributeDefinition, path: string, element: Json): Operation[] {
  const object = isJsonObject(element) ? element : {};
  const value = ownInAnyCase(object, "value");
  const compared = typeof value === "string" ? [["value", value] as const] : Object.entries(object);
  const terms = compared.flatMap(([name, each]) => {
    const isKnown = findAttribute(attribute.subAttributes ?? [], name) !== undefined;
    return isKnown && each !== null && typeof each !== "object" ? [`${name} eq ${JSON.stringify(each)}`] : [];
  });
  if (terms.length > 0) return [{ op: "remove", path: `${path}[${terms.join(" and ")}]` }];
  throw new ScimError("invalidValue", `${path}: a value that is to be deleted must say which it is.`);
}

function withoutOperation(element: Json): Json {
  if (!isJsonObject(element)) return element;
  return Object.fromEntries(Object.entries(element).filter(([name]) => name.toLowerCase() !== "operation"));
}
