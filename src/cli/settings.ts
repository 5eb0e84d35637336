import { Option } from "@commander-js/extra-typings";
import { type Config, readConfig, type SettingName, settings } from "../config.ts";
import { CliError, type Io } from "./io.ts";

const names = Object.keys(settings).filter((name): name is SettingName => name in settings);

/** The flags of these settings, with the variables they mirror in their help. */
export function settingOptions(only: readonly SettingName[] = names): Option[] {
  return only.flatMap((name) => {
    const setting = settings[name];
    if (!("flag" in setting)) return [];
    const fallback = "fallback" in setting ? `, default ${setting.fallback}` : "";
    return [new Option(`--${setting.flag} <value>`, `${setting.says} (${setting.env}${fallback})`)];
  });
}

/** Gives a command the flag of the data directory that it works on. */
export function onDataDir<C extends { addOption(option: Option): unknown }>(command: C): C {
  for (const option of settingOptions(["dataDir"])) command.addOption(option);
  return command;
}

/** Gives a command the flags of the data directory, and of the tenant in it. */
export function onTenant<C extends { addOption(option: Option): unknown }>(command: C): C {
  command.addOption(new Option("--tenant <domain>", "the tenant; the first one when you do not say"));
  return onDataDir(command);
}

/** @throws CliError where a server is asked: the token tells it the tenant */
export function refuseTenant({ tenant }: Readonly<Record<string, unknown>>): void {
  if (tenant !== undefined)
    throw new CliError("--tenant is for a data directory; with --url the token tells the tenant");
}

/** Help on the settings that have no flag, because a command line is no place for secrets. */
export function secretSettingsHelp(): string {
  const secrets = names.filter((name) => !("flag" in settings[name]));
  const lines = secrets.map((name) => `  ${settings[name].env.padEnd(38)} ${settings[name].says}`);
  return `\nEnvironment variables without a flag:\n${lines.join("\n")}\n`;
}

/**
 * The config from flags and environment.
 *
 * @throws CliError one line that names the wrong setting
 */
export function configFrom(options: Readonly<Record<string, unknown>>, io: Io): Config {
  const flags: Partial<Record<SettingName, string>> = {};
  for (const name of names) {
    const setting = settings[name];
    if (!("flag" in setting)) continue;
    const value = options[camelCase(setting.flag)];
    if (typeof value === "string") flags[name] = value;
  }
  const result = readConfig(flags);
  if ("error" in result) throw new CliError(result.error);
  for (const warning of result.warnings) io.err(`warning: ${warning}`);
  return result.config;
}

/** A flag as commander names its value: `data-dir` → `dataDir`. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
