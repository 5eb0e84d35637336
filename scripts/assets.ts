import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** Copies the two files of Swagger UI that the page needs, compressed as they are sent. */
const root = join(import.meta.dir, "..");
const from = join(root, "node_modules", "swagger-ui-dist");
const to = join(root, "assets", "swagger-ui");

mkdirSync(to, { recursive: true });
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  const bytes = await Bun.file(join(from, name)).bytes();
  await Bun.write(join(to, `${name}.gz`), Bun.gzipSync(bytes, { level: 9 }));
}
