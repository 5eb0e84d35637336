import type { Json } from "../../../src/scim/json.ts";
import { compatibleProfile, type Profile, strictProfile, type Tolerance } from "../../../src/scim/profile.ts";
import type { ResourceResult } from "../../../src/scim/resource/resource.ts";
import { compileType } from "../../../src/scim/resource/type.ts";
import { buildRegistry } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { userUrn } from "../../../src/scim/urn.ts";
import { typeNamed } from "../../support/scim.ts";

export const user = compileType(typeNamed("User"));
export const group = compileType(typeNamed("Group"));

export const deviceUrn = "urn:example:schemas:Device";
export const warrantyUrn = "urn:example:schemas:Warranty";

const [deviceType] = buildRegistry(
  [
    {
      id: deviceUrn,
      name: "Device",
      description: "A device: an attribute of every type, single and multi-valued.",
      attributes: [
        attribute("serial", "Its number.", { required: true, caseExact: true, uniqueness: "server" }),
        attribute("label", "A string."),
        attribute("labels", "Strings.", { multiValued: true }),
        attribute("count", "An integer.", { type: "integer" }),
        attribute("counts", "Integers.", { type: "integer", multiValued: true }),
        attribute("weight", "A decimal.", { type: "decimal" }),
        attribute("isOn", "A boolean.", { type: "boolean" }),
        attribute("built", "A dateTime.", { type: "dateTime" }),
        attribute("manual", "A reference.", { type: "reference", referenceTypes: ["external"] }),
        attribute("key", "A binary.", { type: "binary" }),
        attribute("parts", "Complex values with one that is required.", {
          type: "complex",
          multiValued: true,
          subAttributes: [
            attribute("value", "The part.", { required: true }),
            attribute("primary", "The main one.", { type: "boolean" }),
          ],
        }),
        attribute("state", "Set by the server.", { mutability: "readOnly" }),
      ],
    },
    {
      id: warrantyUrn,
      name: "Warranty",
      description: "An extension that is required.",
      attributes: [attribute("until", "Its end.", { type: "dateTime", required: true })],
    },
  ],
  [
    {
      name: "Device",
      endpoint: "/Devices",
      description: "A device.",
      schema: deviceUrn,
      schemaExtensions: [{ schema: warrantyUrn, required: true }],
    },
  ],
).resourceTypes;
if (deviceType === undefined) throw new Error("no resource type Device");
export const device = compileType(deviceType);

type Input = Readonly<Record<string, unknown>>;

/** A profile that forgives just these. */
export function forgiving(...tolerances: Tolerance[]): Profile {
  return { name: "test", tolerances: new Set(tolerances) };
}

/** Reads a user with this in it. */
export function readUser(more: Input, profile: Profile = strictProfile): ResourceResult {
  return user.read({ schemas: [userUrn], userName: "bjensen", ...more }, profile);
}

/** Reads a correct device with this in it. */
export function readDevice(more: Input, profile: Profile = strictProfile): ResourceResult {
  const whole = { schemas: [deviceUrn], serial: "1", [warrantyUrn]: { until: "2030-01-01T00:00:00Z" }, ...more };
  return device.read(whole, profile);
}

/** The value of an attribute that was read without an issue. */
export function accepted({ resource, issues }: ResourceResult, name: string): Json | undefined {
  if (issues.length > 0) throw new Error(issues.map(({ message }) => message).join("; "));
  return resource.attributes[name];
}

/** What is wrong, as `path: code`. */
export function issuesOf({ issues }: ResourceResult): readonly string[] {
  return issues.map(({ path, code }) => `${path}: ${code}`);
}

export { compatibleProfile, strictProfile };
