import { Command } from "@commander-js/extra-typings";
import { hashPassword, randomPassword } from "../access/password.ts";
import { builtInUserType } from "../access/principal.ts";
import { isRole, roles } from "../access/scope.ts";
import { contentOf, createDefaults } from "../directory/content.ts";
import { readBody, refusalError } from "../directory/steps.ts";
import { strictProfile } from "../scim/profile.ts";
import { foldCase } from "../scim/resource/fold.ts";
import { coreTypes, userTypeOf } from "../scim/resource/type.ts";
import type { Change } from "../storage/change.ts";
import type { Store } from "../storage/port.ts";
import { tenantIn, withStore } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { configFrom, onTenant } from "./settings.ts";

/** `muster user`: who may log in and do what, on the data directory. */
export function userCommand(io: Io): Command {
  const command = new Command("user").description("make users, set passwords and roles");
  command
    .addCommand(createCommand(io))
    .addCommand(passwordCommand(io))
    .addCommand(roleCommand(io))
    .addCommand(listCommand(io));
  return command;
}

const roleNames = Object.keys(roles).join(", ");

interface ChosenPassword {
  readonly password: string;
  /** Nobody knows it yet: it is shown once it is stored. */
  readonly isRandom: boolean;
}

/** The first line of standard input, or a random password. */
async function choosePassword(fromInput: boolean | undefined): Promise<ChosenPassword> {
  if (fromInput !== true) return { password: randomPassword(), isRandom: true };
  const password = (await Bun.stdin.text()).split(/\r?\n/, 1)[0] ?? "";
  if (password === "") throw new CliError("standard input has no password");
  return { password, isRandom: false };
}

function showIfRandom(io: Io, { password, isRandom }: ChosenPassword): void {
  if (!isRandom) return;
  io.err("the password, shown this once:");
  io.out(password);
}

function checkRole(role: string): void {
  if (!isRole(role)) throw new CliError(`there is no role ${role}; the roles are ${roleNames}`);
}

/** The id of the user with that name, built in or in the directory. */
async function findUser(store: Store, tenantId: number, userName: string): Promise<string> {
  const key = foldCase(userName);
  for (const type of [builtInUserType, "User"]) {
    const record = await store.resources.getByUniqueKey(tenantId, type, key);
    if (record !== undefined) return record.id;
  }
  throw new CliError(`there is no user ${userName}`);
}

async function commit(store: Store, tenantId: number, change: Change): Promise<void> {
  const [result] = await store.commit([{ tenantId, changes: [change] }]);
  if (result?.applied !== true) throw new CliError("the user was deleted meanwhile");
}

function createCommand(io: Io) {
  const command = new Command("create")
    .description("make a user with a password")
    .argument("<userName>")
    .option("--role <role>", `what the user may do here: ${roleNames}`)
    .option("--password-stdin", "take the password from standard input instead of making one");
  return onTenant(command).action(async (userName, options) => {
    if (options.role !== undefined) checkRole(options.role);
    const compiled = userTypeOf(coreTypes);
    const chosen = await choosePassword(options.passwordStdin);
    const body = { schemas: [compiled.type.base.id], userName };
    const resource = readBody(compiled, body, strictProfile, createDefaults(compiled));
    const content = contentOf(compiled, resource, Bun.randomUUIDv7(), Date.now());
    await withStore(configFrom(options, io), async (store) => {
      const passwordHash = await hashPassword(chosen.password);
      const changes: Change[] = [{ kind: "createResource", ...content, passwordHash }];
      if (options.role !== undefined) changes.push({ kind: "setRoles", userId: content.id, roles: [options.role] });
      const [result] = await store.commit([{ tenantId: await tenantIn(store, options), changes }]);
      if (result?.applied === false) throw refusalError(result.refusal, compiled, content.id, resource);
    });
    io.err(`user ${userName} made with the id ${content.id}`);
    showIfRandom(io, chosen);
  });
}

function passwordCommand(io: Io) {
  const command = new Command("password")
    .description("set a user's password")
    .argument("<userName>")
    .option("--password-stdin", "take the password from standard input instead of making one");
  return onTenant(command).action(async (userName, options) => {
    const chosen = await choosePassword(options.passwordStdin);
    await withStore(configFrom(options, io), async (store) => {
      const tenantId = await tenantIn(store, options);
      const userId = await findUser(store, tenantId, userName);
      const passwordHash = await hashPassword(chosen.password);
      await commit(store, tenantId, { kind: "setPassword", userId, passwordHash, at: Date.now() });
    });
    io.err(`the password of ${userName} is set`);
    showIfRandom(io, chosen);
  });
}

function roleCommand(io: Io) {
  const command = new Command("role")
    .description("give a user just these roles; none takes all away")
    .argument("<userName>")
    .argument("[roles...]", roleNames);
  return onTenant(command).action(async (userName, given, options) => {
    given.forEach(checkRole);
    await withStore(configFrom(options, io), async (store) => {
      const tenantId = await tenantIn(store, options);
      const userId = await findUser(store, tenantId, userName);
      await commit(store, tenantId, { kind: "setRoles", userId, roles: given });
      io.out(`${userName}: ${given.length === 0 ? "no role" : given.join(" ")}`);
    });
  });
}

function listCommand(io: Io) {
  const command = new Command("list").description("list who may log in or has a role");
  return onTenant(command).action(async (options) => {
    const accounts = await withStore(configFrom(options, io), async (store) =>
      store.access.accounts(await tenantIn(store, options)),
    );
    for (const { userId, userName, roles: given, hasPassword } of accounts) {
      io.out(`${userId}  ${userName}  ${given.join(" ") || "no role"}  ${hasPassword ? "password" : "no password"}`);
    }
  });
}
