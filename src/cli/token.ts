import { Command } from "@commander-js/extra-typings";
import { grantable, scopes } from "../access/scope.ts";
import { createToken } from "../access/tokens.ts";
import { profiles, readProfile } from "../scim/profile.ts";
import { tenantIn, withStore } from "./data.ts";
import { CliError, type Io } from "./io.ts";
import { configFrom, onTenant } from "./settings.ts";

const dayMs = 86_400_000;
/** A hundred years: what is to live longer lives for ever. */
const tokenDaysMax = 36_500;

/** `muster token`: bearer tokens, on the data directory. A running server knows new ones at once, ended ones within a second. */
export function tokenCommand(io: Io): Command {
  const command = new Command("token").description("make, list and revoke bearer tokens");
  command.addCommand(createCommand(io)).addCommand(listCommand(io)).addCommand(revokeCommand(io));
  return command;
}

const collect = (value: string, all: string[]): string[] => [...all, ...value.split(/[\s,]+/).filter(Boolean)];

function createCommand(io: Io) {
  const command = new Command("create")
    .description("make a token and print it, once")
    .requiredOption("--name <name>", "what the token is for")
    .option("--scope <scope>", `what it may do; may be given several times: ${scopes.join(" ")}`, collect, [])
    .option(
      "--profile <profile>",
      `what it forgives: ${profiles.map(({ name }) => name).join(", ")}; a tolerance more or less by +name or -name`,
      "compatible",
    )
    .option("--days <days>", "how long it lives; for ever when not said");
  return onTenant(command).action(async (options) => {
    const wrong = options.scope.find((scope) => !grantable.includes(scope));
    if (wrong !== undefined) throw new CliError(`there is no scope ${wrong}; the scopes are ${scopes.join(" ")}`);
    if (options.scope.length === 0) throw new CliError(`a token needs a --scope: ${scopes.join(" ")}`);
    if (readProfile(options.profile) === undefined) throw new CliError(`there is no profile ${options.profile}`);
    const days = options.days === undefined ? undefined : Number(options.days);
    if (days !== undefined && !(days > 0 && days <= tokenDaysMax)) {
      throw new CliError(`--days must be a number above 0 and at most ${tokenDaysMax}`);
    }
    const { name, scope: given, profile } = options;
    const expiresAt = days === undefined ? null : Date.now() + Math.round(days * dayMs);
    const { record, token } = await withStore(configFrom(options, io), async (store) =>
      createToken({ store, now: Date.now, newId: () => Bun.randomUUIDv7() }, await tenantIn(store, options), {
        name,
        scopes: given,
        profile,
        expiresAt,
      }),
    );
    io.err(`token ${record.id} made; it is shown this once:`);
    io.out(token);
  });
}

function listCommand(io: Io) {
  const command = new Command("list").description("list the tokens; the secrets are not kept");
  return onTenant(command).action(async (options) => {
    const tokens = await withStore(configFrom(options, io), async (store) =>
      store.access.tokens(await tenantIn(store, options)),
    );
    for (const { id, name, scopes: given, profile, expiresAt } of tokens) {
      const ends = expiresAt === null ? "for ever" : `until ${new Date(expiresAt).toISOString()}`;
      io.out(`${id}  ${name}  ${given.join(" ")}  ${profile}  ${ends}`);
    }
  });
}

function revokeCommand(io: Io) {
  const command = new Command("revoke").description("end a token").argument("<id>", "as muster token list shows it");
  return onTenant(command).action(async (id, options) => {
    const [result] = await withStore(configFrom(options, io), async (store) =>
      store.commit([{ tenantId: await tenantIn(store, options), changes: [{ kind: "deleteToken", id }] }]),
    );
    if (result?.applied !== true) throw new CliError(`there is no token ${id}`);
    io.out(`token ${id} ended`);
  });
}
