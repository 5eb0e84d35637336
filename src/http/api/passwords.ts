import { z } from "@hono/zod-openapi";
import { actingAs } from "../../access/actor.ts";
import { hashPassword } from "../../access/password.ts";
import { passwordCharsMax, problemText } from "../../access/policy.ts";
import { ScimError } from "../../scim/error.ts";
import { requireScope } from "../auth.ts";
import { readBodyAs } from "../body.ts";
import { type AppPorts, addressOf } from "../context.ts";
import type { App } from "../openapi/components.ts";
import { describe, jsonBody } from "../route.ts";

/*
 *   PUT   /api/users/{id}/password   an administrator sets a password
 *   POST  /api/password-change       a person sets another one by the one they have, also when that is over
 */

const tags = ["Passwords"];
const hourMs = 3_600_000;
/** Ten years: what is to be valid longer is valid for ever. */
const hoursMax = 87_600;
const password = z.string().min(1).max(passwordCharsMax);
const setSchema = z.strictObject({
  password,
  validHours: z
    .int()
    .min(1)
    .max(hoursMax)
    .optional()
    .meta({ description: "within how many hours the user must change it; never when left out" }),
});
const changeSchema = z.strictObject({
  userName: z.string().min(1).max(512).meta({ description: "as in a login: userName, or userName@tenant" }),
  password,
  newPassword: z.string(),
});
const done = { 204: { description: "The password is set" } };
const bodyErrors = ["invalidSyntax", "invalidValue", "tooLarge", "unsupportedMediaType", "tooManyRequests"] as const;

/** Mounts what an administrator does with passwords. */
export function mountPasswords(app: App, { store, now }: AppPorts): void {
  app.put("/api/users/:id/password", async (c) => {
    const { tenantId } = requireScope(c, "admin");
    const userId = c.req.param("id");
    const noUser = new ScimError("notFound", `There is no user ${JSON.stringify(userId.slice(0, 64))}.`);
    if ((await store.resources.get(tenantId, "User", userId)) === undefined) throw noUser;
    const { password: chosen, validHours } = await readBodyAs(c, setSchema);
    const passwordHash = await hashPassword(chosen);
    const at = now();
    const until = validHours === undefined ? {} : { passwordUntil: at + validHours * hourMs };
    const change = { kind: "setPassword", userId, passwordHash, at, ...until } as const;
    const [result] = await store.commit([{ tenantId, changes: [change] }]);
    if (result?.applied !== true) throw noUser;
    return c.body(null, 204);
  });
  describe(app, {
    method: "put",
    path: "/api/users/{id}/password",
    operationId: "setPassword",
    summary: "Set the password of a user, as an administrator",
    tags,
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
    requestBody: jsonBody(setSchema),
    responses: done,
    errors: ["notFound", ...bodyErrors],
  });
}

/** Mounts what people do with their own passwords, without other credentials than those. */
export function mountPasswordChange(app: App, { store, now, authenticator, policy }: AppPorts): void {
  app.post("/api/password-change", async (c) => {
    const { userName, password: before, newPassword } = await readBodyAs(c, changeSchema);
    const account = await authenticator.verify(userName, before, addressOf(c));
    if (account === undefined) throw new ScimError("unauthorized", "The userName or the password is not right.");
    const { tenantId, userName: own } = account;
    const problem = await policy.problem({ tenantId, password: newPassword, userName: own, before });
    if (problem !== undefined) {
      const why = problemText(problem, await policy.charsMin(tenantId));
      throw new ScimError("invalidValue", `newPassword ${why}.`);
    }
    const { userId, passwordHash: expectedHash } = account.record;
    const passwordHash = await hashPassword(newPassword);
    const change = { kind: "setPassword", userId, passwordHash, expectedHash, at: now() } as const;
    const actor = { kind: "user", id: userId, name: own, address: addressOf(c) } as const;
    const [result] = await actingAs(actor, () => store.commit([{ tenantId, changes: [change] }]));
    if (result?.applied !== true) throw new ScimError("conflict", "The password was changed at the same moment.");
    return c.body(null, 204);
  });
  describe(app, {
    method: "post",
    path: "/api/password-change",
    operationId: "changePassword",
    summary: "Set another password by the one that you have, also when that had to be changed already",
    tags,
    requestBody: jsonBody(changeSchema),
    responses: done,
    errors: ["unauthorized", "conflict", ...bodyErrors],
    isPublic: true,
  });
}
