import { Command } from "@commander-js/extra-typings";
import { version } from "../assets.ts";
import { openApiText } from "../http/app.ts";
import { describedApp } from "../server.ts";
import type { Io } from "./io.ts";

/** `muster openapi`: the document that clients are generated from. */
export function openapiCommand(io: Io): Command {
  return new Command("openapi").description("print the OpenAPI 3.1 document").action(() => {
    for (const line of openApiText(describedApp(), version).trimEnd().split("\n")) io.out(line);
  });
}
