import type { ResourceType } from "../scim/schema/registry.ts";
import type { ExportedUser } from "./user.ts";

/** Writes the users of one file. */
export interface UserWriter {
  /** The first lines; empty where the format has none. */
  readonly head: string;
  line(user: ExportedUser): string;
}

/** What an export is asked for beside its dialect. */
export interface ExportOptions {
  /** With a column of ids, by which users are found whatever they are called now. */
  readonly ids: boolean;
}

/** How users are written in a dialect. */
export interface ExportDialect {
  readonly id: string;
  readonly title: string;
  readonly format: "csv" | "ndjson";
  /** True where all users are looked at before the first is written: the columns depend on them. */
  readonly needsSurvey: boolean;
  /**
   * @param survey the users, where it needs to look at them
   */
  open(type: ResourceType, options: ExportOptions, survey: AsyncIterable<ExportedUser>): Promise<UserWriter>;
}
